import { ConnectorRuntime } from '@connector-runtime/runtime';
import salesforceRest from '#src/index.js';
import { json, RawService, xml } from '../../raw-service.js';
import { run } from '../../running-org.js';

const services: RawService[] = [];
afterEach(async () => {
  for (const service of services.splice(0)) await service.stop();
});

async function start(behaviour: Parameters<typeof RawService.start>[0]): Promise<RawService> {
  const service = await RawService.start(behaviour);
  services.push(service);
  return service;
}

/** A page whose records go on at an address, or the child records of its one record do. */
const PAGES = {
  'records in XML': (next: string) =>
    xml(
      `<QueryResult><done>false</done><nextRecordsUrl>${next}</nextRecordsUrl><records><Id>a</Id></records><totalSize>2</totalSize></QueryResult>`,
    ),
  'records in JSON': (next: string) =>
    json({ totalSize: 2, done: false, nextRecordsUrl: next, records: [{ attributes: {}, Id: 'a' }] }),
  'child records in XML': (next: string) =>
    xml(
      `<QueryResult><done>true</done><records><Id>a</Id><Contacts><done>false</done><nextRecordsUrl>${next}</nextRecordsUrl><records><Id>b</Id></records><totalSize>2</totalSize></Contacts></records><totalSize>1</totalSize></QueryResult>`,
    ),
  'child records in JSON': (next: string) =>
    json({
      totalSize: 1,
      done: true,
      records: [{ Id: 'a', Contacts: { totalSize: 2, done: false, nextRecordsUrl: next, records: [{ Id: 'b' }] } }],
    }),
} as const;

const NEXT = '/services/data/v64.0/query/01gMORE';

describe.each(Object.entries(PAGES))('%s that go on', (form, page) => {
  test.each([
    ['at another host', (stranger: URL) => `${stranger.origin}${NEXT}`],
    ['at another host, without a scheme', (stranger: URL) => `//${stranger.host}${NEXT}`],
    ['at another host, with backslashes', (stranger: URL) => `\\\\${stranger.host}${NEXT}`],
    ['behind the name of this one', (stranger: URL, own: URL) => `http://${own.hostname}@${stranger.host}${NEXT}`],
    ['outside the data', () => '/services/oauth2/token'],
    ['outside the data by dots', () => `${NEXT}/../../../../oauth2/token`],
  ])('%s are not asked for there', async (_where, addressOf) => {
    const stranger = await start(() => xml('<QueryResult/>'));
    let next = '';
    const service = await start(({ path }) => (path.includes('/query?q=') ? page(next) : 'default'));
    next = addressOf(new URL(stranger.url), new URL(service.url));
    const runtime = new ConnectorRuntime({ plugins: [salesforceRest] });
    const connection = await runtime.connect({ plugin: 'salesforce-rest', properties: service.properties() });

    const { results, summary } = await run(connection, {
      operation: 'query',
      objectType: 'Account',
      properties: { fields: ['Id'], payloadFormat: form.endsWith('JSON') ? 'json' : 'xml' },
    });
    await runtime.close();

    expect(results).toMatchObject([{ status: 'failure', error: { category: 'protocol', code: 'CURSOR_FOREIGN' } }]);
    expect(summary.outputs).toBeLessThan(2);
    expect(stranger.requests).toEqual([]);
    expect(service.requests.map(({ path }) => path).filter((path) => /01gMORE|oauth2/.test(path))).toEqual([]);
  });
});
