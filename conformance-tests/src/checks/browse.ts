import { type Field, isConnectorError, type ObjectType } from '@connector-runtime/core';
import type { RuntimeConnection } from '@connector-runtime/runtime';
import type { Check } from '../check.js';
import { expectThat, nameOf, SubjectError } from '../findings.js';
import type { Trial } from '../trial.js';
import { someTyped, type TriedOperation } from '../tried-operation.js';

const ROLES = ['input', 'output'] as const;
const MANY_TYPES = 500;
/** A level of fields that has more is one that does not end. */
const MOST_FIELDS = 10_000;

export const BROWSE: readonly Check[] = [
  {
    id: 'BRW-01',
    level: 'MUST',
    profile: 'full',
    needs: ['browse'],
    title: 'Object types are listed',
    rule: "For each operation that works on an object type, the fixture's type is listed, and no id twice.",
    cause: 'pages that overlap, or a filter that is too narrow',
    async run(trial) {
      const connection = await trial.connect();
      for (const operation of someTyped(trial)) {
        const ids: string[] = [];
        for await (const { id } of connection.objectTypes({ operation: operation.id })) ids.push(id);
        const did = `listing ${ids.length} object types`;
        const twice = ids.find((id, index) => ids.indexOf(id) !== index);
        expectThat(twice === undefined, 'each id once', `${twice} twice`, did, operation.key);
        expectThat(
          ids.includes(operation.fixture.objectType ?? ''),
          `${operation.fixture.objectType} among them`,
          'it is not',
          did,
          operation.key,
        );
      }
    },
  },
  {
    id: 'BRW-02',
    level: 'MUST',
    profile: 'full',
    needs: ['browse'],
    title: 'Browsing asks for what is looked at',
    rule: `Reading 3 of ${MANY_TYPES} object types takes at most 2 requests, and leaving stops; fields gives one level, also of a type that refers to itself.`,
    cause: 'every type is described for the list',
    async run(trial) {
      await trial.need('seedObjectTypes')(MANY_TYPES);
      const connection = await trial.connect();
      await connection.test();
      const [operation] = someTyped(trial);
      if (operation === undefined) return;
      const before = (await trial.requests()).length;
      const seen: ObjectType[] = [];
      for await (const type of connection.objectTypes({ operation: operation.id })) {
        seen.push(type);
        if (seen.length === 3) break;
      }
      await trial.settle();
      const asked = (await trial.requests()).length - before;
      expectThat(
        asked <= 2,
        'at most 2 requests',
        `${asked} requests`,
        `reading 3 of ${MANY_TYPES} object types and leaving`,
        operation.key,
      );
      if (trial.plugin.manifest.browse?.lazyFields === true) await descend(trial, operation);
      let listed = 0;
      for await (const _ of connection.objectTypes({ operation: operation.id })) listed += 1;
      if (listed < MANY_TYPES)
        throw new SubjectError(
          `\`seedObjectTypes\` was asked for ${MANY_TYPES} object types, and ${listed} are listed: it must make them, or the plugin lists too few`,
        );
    },
  },
  {
    id: 'BRW-03',
    level: 'MUST',
    profile: 'full',
    needs: ['browse'],
    title: 'What browsing cannot have is an error',
    rule: 'Describing a type that the service does not have ends with category notFound. Where the service is busy whatever it is asked for, listing and describing reject, or give what they give without.',
    cause: 'an empty schema, or an empty list, in place of an error',
    async run(trial) {
      const connection = await trial.connect();
      for (const operation of someTyped(trial).slice(0, 1)) {
        const objectType = `${operation.fixture.objectType}UnknownType`;
        const seen = await connection
          .describe({ operation: operation.id, objectType, role: 'input', properties: operation.fixture.properties })
          .then(
            () => 'a definition',
            (error: unknown) => (isConnectorError(error) ? error.info.category : nameOf(error)),
          );
        expectThat(seen === 'notFound', 'category notFound', seen, `describing ${objectType}`, operation.key);
        await expectNothingInvented(trial, operation);
      }
    },
  },
  {
    id: 'BRW-04',
    level: 'SHOULD',
    profile: 'full',
    needs: ['browse'],
    title: 'A definition is the same each time',
    rule: 'Described twice, over two connections, a type has the same bytes, as input and as output.',
    cause: 'a random id or the time of day in the schema',
    async run(trial) {
      for (const operation of someTyped(trial).slice(0, 2)) {
        for (const format of trial.plugin.manifest.browse?.schemas ?? []) {
          const texts: string[][] = [];
          for (let time = 0; time < 2; time += 1) {
            const connection = await trial.connect();
            const { objectType = '', properties } = operation.fixture;
            const described = [];
            for (const role of ROLES)
              described.push(
                await connection.describe({ operation: operation.id, objectType, role, format, properties }),
              );
            texts.push(described.map(({ schema }) => schema));
          }
          const unlike = ROLES.filter((_, index) => texts[0]?.[index] !== texts[1]?.[index]);
          expectThat(
            unlike.length === 0,
            'equal bytes',
            'they differ',
            `describing ${operation.fixture.objectType} as ${unlike.join(' and ')} in ${format} twice`,
            operation.key,
          );
        }
      }
    },
  },
];

/** What is browsed while the service refuses everything is what it is otherwise, or an error. */
async function expectNothingInvented(trial: Trial, operation: TriedOperation): Promise<void> {
  const usual = await trial.connect();
  const refused = await trial.connect();
  await refused.test();
  const told = await Promise.all(browsedBy(usual, operation).map((browse) => browse()));
  await trial.fault(trial.busy, 'all');
  for (const [index, browse] of browsedBy(refused, operation).entries()) {
    const seen = await browse().catch(() => undefined);
    expectThat(
      seen === undefined || seen === told[index],
      'a rejection, or what is told otherwise',
      seen,
      'browsing a service that is busy',
      operation.key,
    );
  }
}

/** The ids of the types, and the definition of the fixture's type, as text. */
function browsedBy(
  connection: RuntimeConnection,
  { id, fixture: { objectType = '', properties } }: TriedOperation,
): readonly (() => Promise<string>)[] {
  return [
    async () => {
      const ids: string[] = [];
      for await (const type of connection.objectTypes({ operation: id })) ids.push(type.id);
      return ids.join(' ');
    },
    async () => (await connection.describe({ operation: id, objectType, role: 'input', properties })).schema,
  ];
}

/** Follows the first field that has fields, three levels down. */
async function descend(trial: Trial, operation: TriedOperation): Promise<void> {
  const connection = await trial.connect();
  const path: string[] = [];
  for (let level = 0; level <= 3; level += 1) {
    const fields: Field[] = [];
    for await (const field of connection.fields({
      operation: operation.id,
      objectType: operation.fixture.objectType ?? '',
      path,
    })) {
      fields.push(field);
      expectThat(
        fields.length <= MOST_FIELDS,
        'one level of fields, which ends',
        `more than ${MOST_FIELDS}`,
        `asking for the fields at /${path.join('/')}`,
        operation.key,
      );
    }
    expectThat(fields.length > 0, 'fields', 'none', `asking for the fields at /${path.join('/')}`, operation.key);
    const below = fields.find(({ hasFields }) => hasFields);
    if (below === undefined) return;
    path.push(below.name);
  }
}
