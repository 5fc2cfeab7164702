import type { Json, JsonSchema } from '@connector-runtime/core';
import { asksForBulk, BULK_CHOSEN } from '#src/properties/bulk-properties.js';
import { asksForCollections, COLLECTIONS_CHOSEN } from '#src/properties/write-properties.js';

type Value = Readonly<Record<string, Json>>;

/** Does the schema hold? Knows the words of these schemas only. */
function holds(schema: JsonSchema, value: Json | undefined): boolean {
  return Object.entries(schema).every(([word, said]) => {
    switch (word) {
      case 'type':
        return said === 'object' ? typeof value === 'object' : Number.isInteger(value);
      case 'const':
        return value === said;
      case 'minimum':
        return Number(value) >= Number(said);
      case 'required':
        return (said as readonly string[]).every((name) => name in (value as Value));
      case 'anyOf':
        return (said as readonly JsonSchema[]).some((one) => holds(one, value));
      case 'properties':
        return Object.entries(said as Readonly<Record<string, JsonSchema>>).every(
          ([name, one]) => !(name in (value as Value)) || holds(one, (value as Value)[name]),
        );
      default:
        throw new TypeError(`${word} is not known here`);
    }
  });
}

const APIS = [undefined, 'RESTAPI', 'COMPOSITEAPI', 'BulkAPI2.0'];
const COUNTS = [undefined, 1, 2, 200];
const CHOICES = APIS.flatMap((operationApi) =>
  COUNTS.map((batchCount): Value => ({ ...(operationApi && { operationApi }), ...(batchCount && { batchCount }) })),
);

test.each(CHOICES)('the API that is used is that of the variant: %j', (properties) => {
  expect({ bulk: asksForBulk(properties), collections: asksForCollections(properties) }).toEqual({
    bulk: holds(BULK_CHOSEN, properties),
    collections: holds(COLLECTIONS_CHOSEN, properties),
  });
});
