import type { Json } from '@connector-runtime/core';
import { ConnectorRuntime, type RuntimeConnection } from '@connector-runtime/runtime';
import salesforceRest from '#src/index.js';
import { json, type RawAnswer, RawService } from '../raw-service.js';
import { bodies, run } from '../running-org.js';

let service: RawService;
let runtime: ConnectorRuntime;
let connection: RuntimeConnection;
let describeAnswer: RawAnswer | 'default';
let answer: RawAnswer;

beforeEach(async () => {
  describeAnswer = 'default';
  service = await RawService.start(({ path }) => {
    if (path.startsWith('/services/Soap')) return 'default';
    return path.endsWith('/describe') ? describeAnswer : answer;
  });
  runtime = new ConnectorRuntime({ plugins: [salesforceRest] });
  connection = await runtime.connect({ plugin: 'salesforce-rest', properties: service.properties() });
});
afterEach(async () => {
  await runtime.close();
  await service.stop();
});

const RECORD = '{"Id":"001000000000001AAA","Name":"a"}';
const TREE = '{"records":[{"attributes":{"type":"Account","referenceId":"a"},"Name":"a"}]}';

async function errorOf(operation: string, properties: object) {
  const request = {
    operation,
    objectType: 'Account',
    properties: { ...properties, payloadFormat: 'json' } as Json,
  };
  const { results, summary } = await run(
    connection,
    request,
    operation === 'query' ? undefined : bodies(operation === 'createTree' ? TREE : RECORD),
  );
  return results[0]?.error ?? summary.error;
}

const garbage = { ...json(''), body: '{' };
const refusal = { success: false, errors: [{ statusCode: 'STRING_TOO_LONG', message: 'no', fields: [] }] };
const made = { referenceId: 'other', id: '001000000000001AAA' };
const page = (more: object): RawAnswer =>
  json({ totalSize: 1, done: true, records: [{ attributes: { type: 'Account' }, Name: 'a' }], ...more });
const query = ['query', { fields: ['Name'] }, 'query SOQL'] as const;
const collection = ['create', { batchCount: 2 }, 'create collection'] as const;

test.each([
  ['a page that cannot be read', ...query, garbage, 'PAGE_UNREADABLE'],
  ['a page that counts otherwise', ...query, page({ totalSize: 2 }), 'PAGES_INCOMPLETE'],
  [
    'a page elsewhere',
    ...query,
    page({ totalSize: 2, done: false, nextRecordsUrl: 'https://elsewhere.example/services/data/v64.0/query/1' }),
    'CURSOR_FOREIGN',
  ],
  ['a write that is not confirmed', 'create', {}, 'create', json({ id: 'x' }, 201), 'ANSWER_UNEXPECTED'],
  ['a write that cannot be read', 'create', {}, 'create', { ...garbage, status: 201 }, 'ANSWER_UNEXPECTED'],
  ['a refusal in a good answer', 'create', {}, 'create', json(refusal, 201), 'SALESFORCE_STRING_TOO_LONG'],
  ['records that cannot be told apart', ...collection, json([]), 'ANSWER_UNEXPECTED'],
  ['a collection that cannot be read', ...collection, garbage, 'ANSWER_UNEXPECTED'],
  ['a record of a collection that is refused', ...collection, json([refusal]), 'SALESFORCE_STRING_TOO_LONG'],
  [
    'a tree that is not confirmed',
    'createTree',
    {},
    'create tree',
    json({ results: [made] }, 201),
    'ANSWER_UNEXPECTED',
  ],
] as const)('the error for %s says what was being done', async (_what, operation, properties, step, given, code) => {
  answer = given;

  expect(await errorOf(operation, properties)).toMatchObject({ code, step });
});

test.each([
  ['is no JSON', garbage, 'ANSWER_UNEXPECTED'],
  ['lists no fields', json({ name: 'Account' }), 'DESCRIBE_UNREADABLE'],
])('the error for a describe that %s says so', async (_what, given, code) => {
  describeAnswer = given;

  expect(await errorOf('create', {})).toMatchObject({ code, step: 'describe Account fields' });
});
