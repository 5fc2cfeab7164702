import { type RunningOrg, run, runOrg } from '../../running-org.js';

let world: RunningOrg;
beforeEach(async () => {
  world = await runOrg({ accounts: 20, pageSize: 7 });
});
afterEach(() => world.stop());

const op = (properties: Record<string, unknown> = {}) => ({ operation: 'customSoql', properties: properties as never });
const soql = (...statements: readonly string[]) =>
  statements.map((body, index) => ({ id: `s${index + 1}`, body, mediaType: 'text/plain' }));
const queries = () => world.org.requests.entries.filter(({ kind }) => kind === 'query');
const sentSoql = () => queries().map(({ path }) => new URL(path, world.org.url).searchParams.get('q'));

describe('custom SOQL', () => {
  test('sends the statement as it is and gives every record of every page', async () => {
    const statement = "SELECT Id,\n  Name FROM Account WHERE Name != 'it\\'s + 50% & more' ORDER BY Id";

    const { outputs, results } = await run(await world.connect(), op(), soql(statement));

    expect(sentSoql()[0]).toBe(statement);
    expect(outputs.map(({ body }) => /<Id>(\w+)</.exec(String(body))?.[1])).toEqual(
      world.org
        .records('Account')
        .map(({ Id }) => Id)
        .toSorted((a, b) => (a < b ? -1 : 1)),
    );
    expect(results).toEqual([expect.objectContaining({ inputs: ['s1'], status: 'success', code: '200' })]);
  });

  test('gives aggregates as records, in either form', async () => {
    const statement = 'SELECT COUNT(Id) records, MAX(Name) m FROM Account';
    const connection = await world.connect();

    const inXml = await run(connection, op(), soql(statement));
    const inJson = await run(connection, op({ payloadFormat: 'json' }), soql(statement));

    expect(inXml.outputs.map(({ body }) => String(body))).toEqual([
      expect.stringMatching(/^<records [^>]*type="AggregateResult"[^>]*>.*<records>20<\/records>/),
    ]);
    expect(inJson.outputs.map(({ body }) => JSON.parse(String(body)))).toEqual([
      { attributes: { type: 'AggregateResult' }, records: 20, m: expect.any(String) },
    ]);
  });

  test.each([
    ['xml', '<QueryResult><done>true</done><totalSize>20</totalSize></QueryResult>', 'application/xml'],
    ['json', '{"totalSize":20,"done":true,"records":[]}', 'application/json'],
  ])('gives the count of SELECT COUNT() as the body of the result: %s', async (payloadFormat, body, mediaType) => {
    const { outputs, results } = await run(
      await world.connect(),
      op({ payloadFormat }),
      soql('select  count ( ) from Account'),
    );

    expect(outputs).toEqual([]);
    expect(results).toEqual([expect.objectContaining({ status: 'success', body, mediaType })]);
  });

  test('Q12: a statement that fails says why, and the next one goes on', async () => {
    const { results, outputs } = await run(
      await world.connect(),
      op(),
      soql('SELECT Nope FROM Account', 'DELETE FROM Account', ' \n', 'SELECT Id FROM Account LIMIT 1'),
    );

    expect(results.map(({ status, error }) => [status, error?.code])).toEqual([
      ['applicationError', 'SALESFORCE_INVALID_FIELD'],
      ['applicationError', 'SALESFORCE_MALFORMED_QUERY'],
      ['applicationError', 'SOQL_MISSING'],
      ['success', undefined],
    ]);
    expect(results[0]?.message).toContain("No such column 'Nope'");
    expect(outputs.map(({ inputs }) => inputs)).toEqual([['s4']]);
  });

  test('Q36: what is too long as an address is not sent, and the way out is said', async () => {
    const fits = `SELECT Id FROM Account WHERE Name = '${'x'.repeat(15_000)}'`;
    const tooLong = `SELECT Id FROM Account WHERE Name = '${'é'.repeat(3_000)}'`;

    const { results } = await run(await world.connect(), op(), soql(tooLong, fits));

    expect(results[0]?.error).toMatchObject({ category: 'tooLarge', code: 'SOQL_TOO_LONG', effect: 'none' });
    expect(results[0]?.message).toMatch(/BulkAPI2\.0/);
    expect(results[1]?.status).toBe('success');
    expect(queries()).toHaveLength(1);
  });

  test('counts the headers of the request, too', async () => {
    const statement = `SELECT Id FROM Account WHERE Name = '${'x'.repeat(15_000)}'`;
    const restHeaders = { 'X-Long': 'y'.repeat(1_000) };

    const { results } = await run(await world.connect(), op({ restHeaders }), soql(statement));

    expect(results[0]?.error?.code).toBe('SOQL_TOO_LONG');
  });

  test('Q9: reads deleted records on request, and names a page size only where one is set', async () => {
    const connection = await world.connect();
    const id = String(world.org.records('Account')[0]?.['Id']);
    await run(connection, { operation: 'delete', objectType: 'Account', properties: {} }, [
      { body: `<records><Id>${id}</Id></records>` },
    ]);
    const statement = soql(`SELECT Id, IsDeleted FROM Account WHERE Id = '${id}'`);

    const without = await run(connection, op(), statement);
    const withDeleted = await run(connection, op({ includeDeleted: true, pageSize: 200 }), statement);

    expect([without.outputs.length, withDeleted.outputs.length]).toEqual([0, 1]);
    expect(queries().map(({ headers }) => headers['sforce-query-options'])).toEqual([undefined, 'batchSize=200']);
  });

  test.each([
    ['bytes that are no UTF-8', Uint8Array.from([0x53, 0xff])],
    ['nothing', ''],
  ])('refuses %s', async (_what, body) => {
    const { results } = await run(await world.connect(), op(), [{ body, mediaType: 'text/plain' }]);

    expect(results[0]).toMatchObject({ status: 'applicationError', error: { category: 'validation' } });
    expect(queries()).toEqual([]);
  });
});
