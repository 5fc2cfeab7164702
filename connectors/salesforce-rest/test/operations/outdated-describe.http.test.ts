import { ConnectorRuntime, type RuntimeConnection } from '@connector-runtime/runtime';
import salesforceRest from '#src/index.js';
import { json, type RawAnswer, RawService } from '../raw-service.js';
import { bodies, type Ran, run } from '../running-org.js';

let service: RawService;
let runtime: ConnectorRuntime;
let connection: RuntimeConnection;
let answer: RawAnswer;

beforeEach(async () => {
  service = await RawService.start(({ path }) =>
    path.endsWith('/describe') || path.startsWith('/services/Soap') ? 'default' : answer,
  );
  runtime = new ConnectorRuntime({ plugins: [salesforceRest] });
  connection = await runtime.connect({ plugin: 'salesforce-rest', properties: service.properties() });
});
afterEach(async () => {
  await runtime.close();
  await service.stop();
});

const document = bodies('{"Id":"001000000000001AAA","Name":"a"}');
const once = (operation: string, properties: object): Promise<Ran> =>
  run(
    connection,
    { operation, objectType: 'Account', properties: { ...properties, payloadFormat: 'json' } },
    operation === 'query' ? undefined : document,
  );
const error = (errorCode: string, message = 'no') => ({ errorCode, message });
const item = (statusCode: string) => [{ success: false, errors: [{ statusCode, message: 'no', fields: [] }] }];

describe.each<[string, object]>([
  ['create', {}],
  ['update', {}],
  ['create', { operationApi: 'BulkAPI2.0' }],
  ['query', { fields: ['Name'] }],
  ['query', { fields: ['Name'], operationApi: 'BulkAPI2.0' }],
])('of a %s with %j', (operation, properties) => {
  test.each(['INVALID_FIELD', 'INVALID_FIELD_FOR_INSERT_UPDATE', 'INVALID_TYPE'])(
    'that is refused with %s the describe is fetched anew by the next execution',
    async (code) => {
      answer = json([error(code)], 400);

      const { results } = await once(operation, properties);
      await once(operation, properties);

      expect(results[0]?.error?.code).toBe(`SALESFORCE_${code}`);
      expect(service.count('/Account/describe')).toBe(2);
    },
  );

  test('that is refused for another reason the describe is kept', async () => {
    answer = json([error('STRING_TOO_LONG')], 400);

    await once(operation, properties);
    await once(operation, properties);

    expect(service.count('/Account/describe')).toBe(1);
  });
});

test.each([
  ['as a whole', json([error('INVALID_FIELD')], 400)],
  ['in one record', json(item('INVALID_FIELD'))],
])('of a collection that is refused %s the describe is fetched anew', async (_how, refusal) => {
  answer = refusal;

  await once('create', { batchCount: 2 });
  await once('create', { batchCount: 2 });

  expect(service.count('/Account/describe')).toBe(2);
});

test('an object type that the message names has its describe dropped too', async () => {
  answer = json([error('INVALID_FIELD', "No such column 'Nope' on entity 'Contact'.")], 400);
  const properties = { fields: ['Contacts/records/Name'] };

  await once('query', properties);
  await once('query', properties);

  expect(service.count('/Contact/describe')).toBe(2);
});

test('of an update that reads back, whose refusal stands inside a batch, the describe is fetched anew', async () => {
  answer = json({ hasErrors: true, results: [{ statusCode: 400, result: [error('INVALID_FIELD')] }] });

  await once('update', { returnUpdatedRecord: true });
  await once('update', { returnUpdatedRecord: true });

  expect(service.count('/Account/describe')).toBe(2);
});
