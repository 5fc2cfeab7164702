import type { Json } from '@connector-runtime/core';
import { type Ran, type RunningOrg, run, runOrg } from '../../running-org.js';

let world: RunningOrg;
let targets: Readonly<Record<string, string>>;
beforeEach(async () => {
  world = await runOrg();
  const { org } = world;
  targets = {
    Contact: org.insert('Contact', { LastName: 'c', Email: 'same@example.org' }),
    Lead: org.insert('Lead', { LastName: 'l', Company: 'l', Email: 'same@example.org' }),
  };
});
afterEach(() => world.stop());

const FAST = { operationApi: 'BulkAPI2.0', pollInitialMs: 10, pollMaxMs: 20 };

async function createTask(body: string, properties: object = {}): Promise<Ran> {
  const connection = await world.connect();
  const own = { ...(body.startsWith('{') && { payloadFormat: 'json' }), ...properties };
  return run(connection, { operation: 'create', objectType: 'Task', properties: { ...FAST, ...own } as Json }, [
    { body },
  ]);
}

const task = (parent: string) => `<records type="Task"><Subject>s</Subject>${parent}</records>`;
const email = '<Email>same@example.org</Email>';
const uploads = () => world.org.requests.entries.filter(({ kind }) => kind === 'jobUpload').map(({ body }) => body);

test.each<[string, string, string]>([
  ['by an attribute', task(`<Who type="Lead">${email}</Who>`), 'Lead'],
  ['in any case', task(`<Who type="lead">${email}</Who>`), 'Lead'],
  ['as another', task(`<Who type="Contact">${email}</Who>`), 'Contact'],
  ['in a document for the strict reader', task(`\r\n<Who type='Lead'>${email}</Who>`), 'Lead'],
  ['in JSON', '{"Subject":"s","Who":{"attributes":{"type":"Lead","url":"/x"},"Email":"same@example.org"}}', 'Lead'],
  ['in JSON, last', '{"Subject":"s","Who":{"Email":"same@example.org","attributes":{"type":"Lead"}}}', 'Lead'],
  ['in the name, in JSON', '{"Subject":"s","Lead:Who":{"Email":"same@example.org"}}', 'Lead'],
  ['in the name too', '{"Subject":"s","Lead:Who":{"attributes":{"type":"Lead"},"Email":"same@example.org"}}', 'Lead'],
])('a parent whose type is told %s is a record of that type', async (_what, body, type) => {
  const { results } = await createTask(body);

  expect(results).toMatchObject([{ status: 'success' }]);
  expect(uploads()[0]?.split('\n')[0]).toBe(`"Subject","${type}:Who.Email"`);
  expect(world.org.records('Task').at(-1)?.['WhoId']).toBe(targets[type]);
});

test('a result whose parent has a type may be sent as it came, but for what the job added', async () => {
  const body = '{"attributes":{"type":"Task"},"Who":{"attributes":{"type":"Lead"},"Email":"same@example.org"}}';
  const { results } = await createTask(body);
  const { sf__Id: _id, sf__Created: _created, ...record } = JSON.parse(String(results[0]?.body));

  expect(JSON.stringify(record)).toBe(body);
  expect((await createTask(JSON.stringify(record))).results).toMatchObject([{ status: 'success' }]);
});

test.each<[string, string]>([
  ['no type', task(`<Who>${email}</Who>`)],
  ['the name that the service has for any type', task(`<Who type="Name">${email}</Who>`)],
  ['no type, in JSON', '{"Who":{"attributes":{},"Email":"same@example.org"}}'],
])('a parent with %s, where several fit, is refused with the choices', async (_what, body) => {
  const { results } = await createTask(body);

  expect(results).toMatchObject([{ status: 'applicationError', error: { code: 'PARENT_TYPE_AMBIGUOUS' } }]);
  expect(results[0]?.message).toContain('Contact:Who.Email or Lead:Who.Email');
  expect(world.org.bulk.jobs).toEqual([]);
});

test.each<[string, string, string]>([
  ['a type that it cannot have', task(`<Who type="Account">${email}</Who>`), 'FIELD_UNKNOWN'],
  ['two types', '{"Lead:Who":{"attributes":{"type":"Contact"},"Email":"same@example.org"}}', 'FIELD_UNKNOWN'],
  ['records in its attributes', '{"Who":{"attributes":{"a":{"b":1}},"Email":"x"}}', 'DOCUMENT_NOT_A_ROW'],
])('a parent with %s is refused', async (_what, body, code) => {
  const { results } = await createTask(body);

  expect(results).toMatchObject([{ status: 'applicationError', error: { code } }]);
  expect(world.org.bulk.jobs).toEqual([]);
});

test('a column of the configuration or of a CSV that could mean several parents is refused', async () => {
  const connection = await world.connect();
  const { summary } = await createTask(task(''), { bulkHeader: 'Subject,Who.Email' });
  const csv = { object: 'Task', bulkOperation: 'insert', pollInitialMs: 10, pollMaxMs: 20 };
  const { results } = await run(connection, { operation: 'csvBulk', properties: csv }, [
    { body: 'Subject,Who.Email\ns,same@example.org\n' },
  ]);

  expect(summary.error).toMatchObject({ category: 'config', code: 'PARENT_TYPE_AMBIGUOUS', path: '/bulkHeader' });
  expect(results).toMatchObject([{ status: 'applicationError', error: { code: 'PARENT_TYPE_AMBIGUOUS' } }]);
  expect(world.org.bulk.jobs).toEqual([]);
});
