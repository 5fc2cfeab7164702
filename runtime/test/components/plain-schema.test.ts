import type { Json, JsonSchema } from '@connector-runtime/core';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { plainCheck } from '#src/components/plain-schema.js';
import { validatorOptions } from '#src/components/property-validator.js';

interface Verdict {
  /** `endless`: a definition that leads to itself. */
  readonly isValid: boolean | 'endless';
  readonly filled: Json;
}

function verdict(check: (value: Json) => boolean, value: Json): Verdict {
  const filled = structuredClone(value);
  try {
    return { isValid: check(filled), filled };
  } catch (error) {
    if (error instanceof RangeError) return { isValid: 'endless', filled };
    throw error;
  }
}

/** What ajv says, and makes of the value; throws where the schema does not compile. */
function byAjv(schema: JsonSchema, value: Json): Verdict {
  const ajv = new Ajv2020({ ...validatorOptions, meta: false, validateSchema: false });
  ajv.addKeyword({ keyword: 'x-dynamic', schemaType: 'boolean' });
  ajv.addFormat('password', true);
  return verdict(ajv.compile(schema), value);
}

const NAMES = ['a', 'b', 'ab', '__proto__'];
const name = fc.constantFrom(...NAMES);
const scalar = fc.constantFrom<Json>('', 'a', 'ab', 'a😀', 0, 1, 2.5, -3, true, false, null);

const { value } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    scalar,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.array(fc.tuple(name, tie('value')), { maxLength: 3 }).map((members) => Object.fromEntries(members)),
  ),
}));

const size = fc.constantFrom<Json>(0, 1, 2, 2.5, 3, 'x');
const typeName = fc.constantFrom('string', 'integer', 'number', 'object', 'array', 'boolean', 'null', 'text');

/** Keywords on their own schema's types mostly, and now and then where strict mode refuses them. */
const { schema } = fc.letrec<{ schema: Record<string, Json> }>((tie) => {
  const members = fc.array(fc.tuple(name, tie('schema')), { maxLength: 3 }).map((all) => Object.fromEntries(all));
  const some = fc.array(tie('schema'), { maxLength: 2 });
  const part = (of: fc.Arbitrary<Record<string, Json>>) => fc.option(of, { nil: {}, freq: 2 });
  const any = fc.record<Record<string, Json>>(
    {
      const: scalar,
      enum: fc.array(scalar, { maxLength: 3 }),
      default: scalar,
      title: fc.constant('t'),
      format: fc.constantFrom('password', 'date'),
      'x-dynamic': fc.constantFrom<Json>(true, 1),
      allOf: some,
      anyOf: some,
      if: tie('schema'),
      then: tie('schema'),
      else: tie('schema'),
      $ref: fc.constantFrom('#/$defs/one', '#/$defs/none'),
      not: tie('schema'),
    },
    { requiredKeys: [] },
  );
  const sparse = fc.tuple(any, fc.nat(), fc.nat()).map(([all, first, second]) => {
    const keys = Object.keys(all);
    const kept = keys.filter((_key, index) => index === first % 13 || index === second % 13);
    return Object.fromEntries(kept.map((key) => [key, all[key] as Json]));
  });
  const record = (keywords: Record<string, fc.Arbitrary<Json>>, type: Json) =>
    fc.record({ ...keywords, type: fc.constant(type) }, { requiredKeys: ['type'] });
  const pattern = fc.constantFrom('^a', 'b$', '^[0-9]*$', '(');
  const typed = fc.oneof(
    record({ minLength: size, maxLength: size, pattern }, 'string'),
    record({ minimum: size, maximum: size }, 'number'),
    record({ minimum: size, maximum: size }, 'integer'),
    record({ items: tie('schema'), minItems: size, maxItems: size }, 'array'),
    record(
      {
        properties: members,
        required: fc.array(name, { maxLength: 2 }),
        additionalProperties: fc.constantFrom<Json>(false, true),
        minProperties: size,
        maxProperties: size,
      },
      'object',
    ),
    record({ patternProperties: fc.tuple(pattern, tie('schema')).map(([key, one]) => ({ [key]: one })) }, 'object'),
    fc.record({ type: fc.oneof(typeName, fc.uniqueArray(typeName, { minLength: 1, maxLength: 3 })) }),
    fc.record({ maxProperties: size }),
  );
  return {
    schema: fc.oneof(
      { maxDepth: 3 },
      fc.record({ type: typeName }),
      fc.tuple(part(typed), part(sparse)).map(([one, other]) => ({ ...other, ...one })),
    ),
  };
});

test('a schema that is decided here is one that ajv compiles, and is decided as ajv does, with the same defaults', () => {
  let decided = 0;
  let valid = 0;
  fc.assert(
    fc.property(schema, schema, fc.array(value, { minLength: 1, maxLength: 6 }), (tried, one, values) => {
      const whole = { ...tried, $defs: { one } };
      const check = plainCheck(whole);
      if (check === undefined) return;
      decided += 1;
      for (const input of values) {
        const [mine, ajv] = [verdict(check, input), byAjv(whole, input)];
        expect(mine.isValid).toBe(ajv.isValid);
        if (mine.isValid !== true) continue;
        valid += 1;
        expect(mine.filled).toEqual(ajv.filled);
      }
    }),
    { numRuns: 3000 },
  );
  expect(decided).toBeGreaterThan(300);
  expect(valid).toBeGreaterThan(100);
});

const withDefault: JsonSchema = {
  type: 'object',
  properties: { a: { type: ['string', 'null'], default: 'x' }, b: { type: 'array', items: {}, default: [] } },
};

test.each<[string, JsonSchema, Json]>([
  ['a default takes the place of what is absent', withDefault, {}],
  ['a default does not take the place of null', withDefault, { a: null, b: [1] }],
  [
    'a choice does not see the default beside it',
    { ...withDefault, if: { properties: { a: { const: 'x' } }, required: ['a'] }, then: { maxProperties: 0 } },
    {},
  ],
  ['what is required may be a default', { ...withDefault, required: ['a'] }, {}],
  ['a default in an item', { type: 'array', items: withDefault }, [{}, { a: 'y' }]],
])('%s, as by ajv', (_title, plain, input) => {
  const mine = verdict(plainCheck(plain) ?? (() => false), input);

  expect(mine).toEqual({ ...byAjv(plain, input), isValid: true });
});

test.each<[string, JsonSchema]>([
  ['an unknown keyword', { type: 'object', propertys: {} }],
  ['a keyword for another type', { type: 'string', minimum: 1 }],
  ['a default in a choice', { anyOf: [{ type: 'object', properties: { a: { type: 'string', default: 'x' } } }] }],
  ['a pattern that is none', { type: 'string', pattern: '(' }],
  ['a reference to elsewhere', { $ref: 'https://example.org/schema' }],
  ['if without then', { if: { type: 'string' } }],
])('%s is left to ajv', (_title, left) => {
  expect(plainCheck(left)).toBeUndefined();
});

test('a definition may lead to itself', () => {
  const check = plainCheck({
    $ref: '#/$defs/tree',
    $defs: {
      tree: {
        type: 'object',
        additionalProperties: false,
        properties: { all: { type: 'array', items: { $ref: '#/$defs/tree' } } },
      },
    },
  });

  expect(check?.({ all: [{}, { all: [] }] })).toBe(true);
  expect(check?.({ all: [{ all: [{ al: 1 }] }] })).toBe(false);
});
