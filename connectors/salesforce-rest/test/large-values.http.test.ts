import { createHash } from 'node:crypto';
import { ConnectorRuntime } from '@connector-runtime/runtime';
import salesforceRest from '#src/index.js';
import { json, RawService, xml } from './raw-service.js';
import { type RunningOrg, run, runOrg } from './running-org.js';

const sumOf = (text: string) => createHash('sha256').update(text).digest('hex');
/** Ten megabytes in one value, of characters that are one to four bytes long. */
const LARGE = 'a€é😀'.repeat(1_000_000);

const FORMS = {
  xml: {
    page: xml(
      `<QueryResult><done>true</done><records><Name>${LARGE}</Name></records><totalSize>1</totalSize></QueryResult>`,
    ),
    document: `<records><Name>${LARGE}</Name></records>`,
    result: xml('<Result><id>001</id><success>true</success></Result>', 201),
  },
  json: {
    page: json({ totalSize: 1, done: true, records: [{ attributes: { type: 'Account' }, Name: LARGE }] }),
    document: `{"Name":"${LARGE}"}`,
    result: json({ id: '001', success: true, errors: [] }, 201),
  },
};

async function* piecesOf(text: string): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let from = 0; from < bytes.length; from += 65_535) yield bytes.subarray(from, from + 65_535);
}

let service: RawService;
let runtime: ConnectorRuntime;
let answer: (typeof FORMS)['xml']['page'];
beforeEach(async () => {
  service = await RawService.start(({ method, path }) =>
    path.includes('/query') || (method === 'POST' && path.includes('/sobjects')) ? answer : 'default',
  );
  runtime = new ConnectorRuntime({ plugins: [salesforceRest] });
});
afterEach(async () => {
  await runtime.close();
  await service.stop();
});

describe('a value that the service refuses for its length, and repeats in its error', () => {
  let org: RunningOrg;
  afterEach(() => org.stop());

  test.each(
    ['xml', 'json'].flatMap((payloadFormat) => [70_000, 3_000_000].map((length) => [length, payloadFormat] as const)),
  )('of %d characters in %s keeps its code, however little of the answer is read', async (length, payloadFormat) => {
    org = await runOrg();
    const connection = await org.connect();
    const value = 'x'.repeat(length);
    const body = payloadFormat === 'xml' ? `<records><Name>${value}</Name></records>` : `{"Name":"${value}"}`;

    const { results } = await run(
      connection,
      { operation: 'create', objectType: 'Account', properties: { payloadFormat } },
      [{ body, mediaType: `application/${payloadFormat}` }],
    );

    expect(results).toMatchObject([
      { status: 'applicationError', error: { service: { httpStatus: 400, code: 'STRING_TOO_LONG' } } },
    ]);
    expect(results[0]?.message).toMatch(/^STRING_TOO_LONG: .{1,40}: data value too large: x+/);
  });
});

describe.each(Object.entries(FORMS))('ten megabytes in one value of %s', (payloadFormat, form) => {
  test('are read whole', async () => {
    answer = form.page;
    const connection = await runtime.connect({ plugin: 'salesforce-rest', properties: service.properties() });

    const properties = { fields: ['Name'], payloadFormat };
    const { outputs } = await run(connection, { operation: 'query', objectType: 'Account', properties });

    const [value = ''] = /a€é😀.*😀/.exec(String(outputs[0]?.body)) ?? [];
    expect([outputs.length, value.length, sumOf(value)]).toEqual([1, LARGE.length, sumOf(LARGE)]);
  });

  test.each([
    ['in memory', (text: string) => text],
    ['as they come', piecesOf],
  ])('are written whole, %s', async (_how, bodyOf) => {
    answer = form.result;
    const connection = await runtime.connect({ plugin: 'salesforce-rest', properties: service.properties() });

    const { summary } = await run(
      connection,
      { operation: 'create', objectType: 'Account', properties: { payloadFormat } },
      [{ id: 'large', body: bodyOf(form.document), mediaType: `application/${payloadFormat}` }],
    );

    const { body = '' } =
      service.requests.find(({ method, path }) => method === 'POST' && path.includes('/sobjects')) ?? {};
    expect(summary.counts.success).toBe(1);
    expect([body.length, sumOf(body)]).toEqual([form.document.length, sumOf(form.document)]);
  });
});
