import { bodies, type RunningOrg, runOrg } from '../../running-org.js';
import { bulk, invoice } from './ingest-runs.js';

let world: RunningOrg;
beforeEach(async () => {
  world = await runOrg();
});
afterEach(() => world.stop());

test.each<[string, string, string]>([
  ['an unknown field', invoice('<Nome>x</Nome>'), 'Nome is no field of Invoice__c; did you mean Name?'],
  ['an unknown parent', invoice('<Ownr><Username>x</Username></Ownr>'), 'did you mean Owner?'],
  ['a field twice', invoice('<Name>a</Name><Name>b</Name>'), 'Name stands twice in'],
  ['a field twice, in another case', invoice('<Name>a</Name><NAME>b</NAME>'), 'names Name twice'],
  ['text beside elements', invoice('x<Name>a</Name>'), 'text stands beside elements'],
  ['levels that no row has', invoice('<Owner><Manager><Username>x</Username></Manager></Owner>'), 'two levels below'],
  ['another object type', '<records type="Account"><Name>x</Name></records>', 'the document is a Account'],
  ['a value that means something else', invoice('<Name>#N/A</Name>'), 'takes #N/A in Name'],
  ['no XML', 'Name=x', 'the document cannot be sent'],
  ['a DOCTYPE', '<!DOCTYPE a><records/>', 'DOCTYPE'],
  ['a NUL', invoice('<Name>\0</Name>'), 'the document cannot be sent'],
])('Q16: a document with %s is refused alone', async (_what, document, message) => {
  const { results } = await bulk(
    world,
    'create',
    bodies(invoice('<Name>a</Name>'), document, invoice('<Name>b</Name>')),
  );

  const byId = new Map(results.map((result) => [result.inputs[0], result]));
  expect(Object.fromEntries([...byId].map(([id, { status }]) => [id, status]))).toEqual({
    'doc-1': 'success',
    'doc-2': 'applicationError',
    'doc-3': 'success',
  });
  expect(byId.get('doc-2')?.message).toContain(message);
  expect(world.org.bulk.jobs).toHaveLength(1);
});

test('a yes or no for an assignment rule is refused: a job takes the id of one', async () => {
  const { results } = await bulk(world, 'create', [
    { body: invoice('<Name>x</Name>'), properties: { assignmentRuleId: 'TRUE' } },
  ]);

  expect(results).toMatchObject([{ status: 'applicationError', error: { code: 'ASSIGNMENT_RULE_UNSUITABLE' } }]);
});

test('half of a surrogate pair is no key: it would be written as another one', async () => {
  const { results } = await bulk(
    world,
    'upsert',
    ['k\ud800', '\udc00', '\ud83d\ude00'].map((externalIdValue) => ({
      body: invoice('<Name>x</Name>'),
      properties: { externalIdValue },
    })),
    { externalIdFieldName: 'External_Id__c' },
  );

  const refusal = { code: 'VALUE_INEXPRESSIBLE', effect: 'none', path: 'External_Id__c' };
  expect(results.filter(({ status }) => status === 'applicationError')).toMatchObject([
    { inputs: ['doc-1'], error: refusal },
    { inputs: ['doc-2'], error: refusal },
  ]);
  expect(world.org.ledger.entries.map(({ key }) => key)).toEqual(['External_Id__c=😀']);
});

test('a parent that the user cannot see is asked for once, however many documents name it', async () => {
  const hidden = { kind: 'describe', path: '/sobjects/User/', action: 'error', status: 404 } as const;
  world.org.faults.add({ ...hidden, errorCode: 'NOT_FOUND', message: 'gone', times: Infinity });
  const owned = (key: string) => invoice(`<Name>x</Name><Owner><${key}>x</${key}></Owner>`);

  const { results } = await bulk(world, 'create', bodies(owned('Username'), owned('Username'), owned('Alias')));

  expect(results.map(({ error }) => error?.code)).toEqual(['FIELD_UNKNOWN', 'FIELD_UNKNOWN', 'FIELD_UNKNOWN']);
  const asked = world.org.requests.entries.filter(({ path }) => path.includes('/sobjects/User/'));
  expect([asked.length, world.org.requests.count('objects')]).toEqual([1, 0]);
});

test('an upsert by a field, and columns, that are not there are mistakes of the configuration', async () => {
  const refusalOf = async (operation: string, properties: object) =>
    (await bulk(world, operation, bodies(invoice('<Name>x</Name>')), properties)).summary.error;

  expect(await refusalOf('upsert', { externalIdFieldName: 'Nope' })).toMatchObject({ code: 'FIELD_UNKNOWN' });
  expect(await refusalOf('create', { bulkHeader: 'Name,Nots__c' })).toMatchObject({
    category: 'config',
    path: '/bulkHeader',
    message: expect.stringContaining('did you mean Notes__c?'),
  });
  expect(world.org.bulk.jobs).toEqual([]);
});

test('Q31: an update without an id is refused', async () => {
  const { results } = await bulk(world, 'update', bodies(invoice('<Id> </Id><Name>x</Name>')));

  expect(results).toMatchObject([{ status: 'applicationError', error: { code: 'ID_MISSING' } }]);
});
