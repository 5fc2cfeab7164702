import { bodies, type RunningOrg, run, runOrg } from '../../running-org.js';
import { op, sentTo } from './rest-runs.js';

let world: RunningOrg;
beforeEach(async () => {
  world = await runOrg();
});
afterEach(() => world.stop());

describe('update', () => {
  const record = (inside: string) => `<records type="Account">${inside}</records>`;

  test('goes by the Id, which it takes out', async () => {
    const id = world.org.insert('Account', { Name: 'A', Fax: '7' });

    const { results } = await run(
      await world.connect(),
      op('update'),
      bodies(
        record(
          `<Name>B</Name><Id>${id}</Id><Fax xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"/>`,
        ),
      ),
    );

    expect(results[0]).toMatchObject({
      status: 'success',
      code: '204',
      body: `<Result><id>${id}</id><success>true</success></Result>`,
    });
    expect(world.org.record(id)).toMatchObject({ Name: 'B', Fax: null });
    expect(sentTo(world, 'update')[0]).toMatchObject({
      method: 'PATCH',
      path: `/services/data/v64.0/sobjects/Account/${id}`,
    });
    expect(sentTo(world, 'update')[0]?.body).not.toContain('<Id>');
  });

  test.each([
    ['<Name>x</Name>'],
    ['<Id/><Name>x</Name>'],
    ['<Id>  </Id><Name>x</Name>'],
    ['<Id xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"/>'],
  ])('refuses %s for lack of an id', async (inside) => {
    const { results } = await run(await world.connect(), op('update'), bodies(record(inside)));

    expect(results[0]).toMatchObject({ status: 'applicationError', error: { code: 'ID_MISSING' } });
    expect(sentTo(world, 'update')).toHaveLength(0);
  });

  test('keeps an id with slashes and dots within its place of the path', async () => {
    const { results } = await run(
      await world.connect(),
      op('update'),
      bodies(record('<Id>../User/005</Id>'), record('<Id>..</Id>')),
    );

    expect(results.map(({ status }) => status)).toEqual(['applicationError', 'applicationError']);
    expect(world.org.requests.entries.at(-1)?.path).toBe('/services/data/v64.0/sobjects/Account/..%2FUser%2F005');
  });

  test('goes again after a lost answer, unless that is switched off', async () => {
    const id = world.org.insert('Account', { Name: 'A' });
    const documents = bodies(record(`<Id>${id}</Id><Name>B</Name>`));

    world.org.faults.add({ kind: 'update', action: 'lose' });
    const repeated = await run(await world.connect(), op('update'), documents);
    world.org.faults.add({ kind: 'update', action: 'lose' });
    const once = await run(await world.connect({ repeatUpdates: false }), op('update'), documents);

    expect(repeated.results[0]?.status).toBe('success');
    expect(once.results[0]).toMatchObject({ status: 'unknown', error: { effect: 'unknown' } });
  });

  describe('with read-back', () => {
    const readBack = op('update', { returnUpdatedRecord: true });

    test('gives the record as it is afterwards, nulls included, in one request', async () => {
      const id = world.org.insert('Account', { Name: 'A' });

      const { results } = await run(await world.connect(), readBack, bodies(record(`<Id>${id}</Id><Name>B</Name>`)));

      expect(results[0]).toMatchObject({ status: 'success', code: '201' });
      expect(results[0]?.body).toMatch(
        /^<Account xmlns:xsi="[^"]+" type="Account" url="[^"]+">.*<Name>B<\/Name>.*<Phone xsi:nil="true"\/>.*<\/Account>$/s,
      );
      expect(sentTo(world, 'batch')).toHaveLength(1);
    });

    test('gives the refusal of the update', async () => {
      const { results } = await run(
        await world.connect(),
        readBack,
        bodies(record('<Id>001000000000000AAA</Id><Name>B</Name>')),
      );

      expect(results[0]).toMatchObject({
        status: 'applicationError',
        code: 'NOT_FOUND',
        error: { category: 'notFound', effect: 'none' },
      });
      expect(results[0]?.body).toContain('<id>001000000000000AAA</id><success>false</success>');
    });

    test('is a success where only the reading failed', async () => {
      const id = world.org.insert('Account', { Name: 'A' });
      const body =
        '<batchResults><hasErrors>true</hasErrors><results><batchResult><statusCode>204</statusCode><result/></batchResult>' +
        '<batchResult><statusCode>503</statusCode><result><Errors><Error><errorCode>SERVER_UNAVAILABLE</errorCode><message>down</message></Error></Errors></result></batchResult></results></batchResults>';
      world.org.faults.add({ kind: 'batch', action: 'answer', status: 200, contentType: 'application/xml', body });

      const { results, summary } = await run(
        await world.connect(),
        readBack,
        bodies(record(`<Id>${id}</Id><Name>B</Name>`)),
      );

      expect(results[0]).toMatchObject({
        status: 'success',
        code: '204',
        message: 'updated, but reading the record failed: SERVER_UNAVAILABLE: down',
      });
      expect(summary.warnings).toHaveLength(1);
    });

    test('goes again where the row was locked', async () => {
      const id = world.org.insert('Account', { Name: 'A' });
      const body =
        '<batchResults><hasErrors>true</hasErrors><results><batchResult><statusCode>400</statusCode><result><Errors><Error><errorCode>UNABLE_TO_LOCK_ROW</errorCode><message>locked</message></Error></Errors></result></batchResult></results></batchResults>';
      world.org.faults.add({ kind: 'batch', action: 'answer', status: 200, contentType: 'application/xml', body });

      const { results } = await run(await world.connect(), readBack, bodies(record(`<Id>${id}</Id><Name>B</Name>`)));

      expect(results.map(({ status }) => status)).toEqual(['success']);
      expect(world.org.record(id)).toMatchObject({ Name: 'B' });
    });
  });

  test.each([['COMPOSITEAPI'], ['BulkAPI2.0']])(
    'over %s reads nothing back, and the log says so',
    async (operationApi) => {
      await world.stop();
      const warnings: string[] = [];
      const warn = (_data: object, message: string) => void warnings.push(message);
      const nothing = () => undefined;
      world = await runOrg({}, { logger: { debug: nothing, info: nothing, warn, error: nothing } });
      const id = world.org.insert('Account', { Name: 'A' });

      const { results } = await run(
        await world.connect(),
        op('update', { operationApi, returnUpdatedRecord: true }),
        bodies(record(`<Id>${id}</Id><Name>B</Name>`)),
      );

      expect(results[0]?.status).toBe('success');
      expect(warnings.filter((message) => message.includes('returnUpdatedRecord has no effect'))).toHaveLength(1);
    },
  );
});
