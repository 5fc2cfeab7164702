import { RawService } from '../../raw-service.js';
import { bodies, type RunningOrg, run, runOrg } from '../../running-org.js';
import { op } from './rest-runs.js';

let world: RunningOrg;
beforeEach(async () => {
  world = await runOrg();
});
afterEach(() => world.stop());

describe('a 2xx answer to a write', () => {
  const html = { contentType: 'text/html', body: '<html><title>Maintenance</title></html>' };
  const asXml = (body: string) => ({ contentType: 'application/xml', body });
  const no =
    '<Result><errors><message><![CDATA[<success>true</success>]]></message><statusCode>NO</statusCode></errors><success>false</success></Result>';
  const yes = '<Result><id>001000000000001</id><success>true</success></Result>';
  const reason = '<errors><message>m</message><statusCode>NO</statusCode></errors>';
  const batch = (status: number, result: string) =>
    `<batchResults><hasErrors>false</hasErrors><results><batchResult><statusCode>${status}</statusCode><result>${result}</result></batchResult><batchResult><statusCode>200</statusCode><result><Account><Name>B</Name></Account></result></batchResult></results></batchResults>`;
  const kinds = [
    ['create', 'create', {}, 201],
    ['update', 'update', {}, 200],
    ['update', 'batch', { returnUpdatedRecord: true }, 200],
    ['upsert', 'upsert', { externalIdFieldName: 'External_Id__c', externalIdValue: 'k' }, 200],
    ['delete', 'delete', {}, 200],
  ] as const;
  const answers = [
    ['that is a page', html, 'unknown'],
    ['that is empty', asXml(''), 'unknown'],
    ['that is no XML', asXml('success'), 'unknown'],
    ['with success in something else', asXml('<Other><success>true</success></Other>'), 'unknown'],
    ['with success deeper down', asXml('<Result><a><success>true</success></a></Result>'), 'unknown'],
    ['that says both', asXml('<Result><success>true</success><success>false</success></Result>'), 'unknown'],
    ['that says no, and quotes yes', asXml(no), 'applicationError'],
    ['that says no without a reason', asXml('<Result><success>false</success></Result>'), 'applicationError'],
    ['that says yes and why not', asXml(yes.replace('</id>', `</id>${reason}`)), 'unknown'],
    ['that says yes', asXml(yes), 'success'],
  ] as const;
  const cells = kinds.flatMap(([operation, kind, properties, status]) =>
    answers.map(([what, answer, expected]) => {
      const inBatch = kind === 'batch' && answer !== html;
      const shown = inBatch ? { ...answer, body: batch(status, answer.body) } : answer;
      return { title: `${kind} ${what}: ${expected}`, operation, kind, properties, status, shown, expected };
    }),
  );

  test.each(cells)('$title', async ({ operation, kind, properties, status, shown, expected }) => {
    world.org.faults.add({ kind, action: 'answer', status, ...shown });
    const body = '<records><Id>001000000000001AAA</Id><Name>a</Name></records>';

    const { results } = await run(await world.connect(), op(operation, properties), bodies(body));

    expect(results[0]?.status).toBe(expected);
    if (expected === 'unknown') expect(results[0]?.error?.category).toBe('protocol');
  });

  const of = (id: string) => `<Account><Id>${id}</Id></Account>`;
  const inBatch = (...parts: readonly string[]) =>
    `<batchResults><hasErrors>false</hasErrors><results>${parts.map((part) => `<batchResult><statusCode>200</statusCode><result>${part}</result></batchResult>`).join('')}</results></batchResults>`;
  const another = '<Result><id>001000000000002AAA</id><success>true</success></Result>';
  test.each([
    ['update', 'update', {}, another],
    ['delete', 'delete', {}, another],
    ['read-back', 'batch', { returnUpdatedRecord: true }, inBatch(another, of('001000000000001AAA'))],
    ['what was read back', 'batch', { returnUpdatedRecord: true }, inBatch(yes, of('001000000000002AAA'))],
    ['a read-back of three', 'batch', { returnUpdatedRecord: true }, inBatch(yes, of('001000000000001AAA'), yes)],
  ] as const)('that tells of another record (%s): unknown', async (_what, kind, properties, body) => {
    world.org.faults.add({ kind, action: 'answer', status: 200, ...asXml(body) });
    const document = '<records><Id>001000000000001AAA</Id><Name>a</Name></records>';

    const { results } = await run(
      await world.connect(),
      op(kind === 'delete' ? 'delete' : 'update', properties),
      bodies(document),
    );

    expect(results).toMatchObject([{ status: 'unknown', error: { category: 'protocol', code: 'ANSWER_UNEXPECTED' } }]);
  });

  test.each([
    ['update', 'update', {}, { id: '001000000000002AAA', success: true, errors: [] }],
    [
      'what was read back',
      'batch',
      { returnUpdatedRecord: true },
      {
        hasErrors: false,
        results: [
          { statusCode: 204, result: null },
          { statusCode: 200, result: { attributes: { type: 'Account' }, Id: '001000000000002AAA' } },
        ],
      },
    ],
  ] as const)('in JSON that tells of another record (%s): unknown', async (_what, kind, properties, answer) => {
    const body = JSON.stringify(answer);
    world.org.faults.add({ kind, action: 'answer', status: 200, contentType: 'application/json', body });

    const { results } = await run(await world.connect(), op('update', { ...properties, payloadFormat: 'json' }), [
      { body: '{"Id":"001000000000001AAA","Name":"a"}', mediaType: 'application/json' },
    ]);

    expect(results).toMatchObject([{ status: 'unknown', error: { category: 'protocol', code: 'ANSWER_UNEXPECTED' } }]);
  });

  test('that is not UTF-8: unknown', async () => {
    const body = Buffer.from('<Result><id>\xe9</id><success>true</success></Result>', 'latin1');
    const service = await RawService.start(({ path }) =>
      path.endsWith('/Account') ? { status: 201, body } : 'default',
    );
    const connection = await world.runtime.connect({ plugin: 'salesforce-rest', properties: service.properties() });

    const { results } = await run(connection, op('create'), bodies('<r><Name>a</Name></r>'));
    await service.stop();

    expect(results[0]).toMatchObject({ status: 'unknown', error: { category: 'protocol', code: 'ANSWER_UNEXPECTED' } });
  });

  test('that declares another encoding: unknown', async () => {
    const body = '<?xml version="1.0" encoding="ISO-8859-1"?><Result><id>1</id><success>true</success></Result>';
    world.org.faults.add({ kind: 'create', action: 'answer', status: 201, ...asXml(body) });

    const { results } = await run(await world.connect(), op('create'), bodies('<r><Name>a</Name></r>'));

    expect(results[0]).toMatchObject({ status: 'unknown', error: { category: 'protocol' } });
  });

  test.each([
    ['has too many elements', `<R>${'<a/>'.repeat(30_000)}</R>`, 'more than 20000 elements'],
    ['is too large', `<R>${' '.repeat(1_100_000)}</R>`, 'more than 1048576 bytes'],
  ])('that %s: unknown, saying so', async (_what, body, why) => {
    world.org.faults.add({ kind: 'create', action: 'answer', status: 201, ...asXml(body) });

    const { results } = await run(await world.connect(), op('create'), bodies('<r><Name>a</Name></r>'));

    expect(results[0]).toMatchObject({ status: 'unknown', error: { category: 'protocol', code: 'ANSWER_UNEXPECTED' } });
    expect(results[0]?.message).toContain(why);
  });

  test('that says no does not take back what an attempt with a lost answer may have done', async () => {
    const id = world.org.insert('Account', { Name: 'A' });
    world.org.faults.add({ kind: 'update', action: 'lose' });
    world.org.faults.add({ kind: 'update', action: 'answer', status: 200, ...asXml(no) });

    const { results } = await run(await world.connect(), op('update'), bodies(`<r><Id>${id}</Id><Name>B</Name></r>`));

    expect(results[0]?.status).toBe('unknown');
  });
});
