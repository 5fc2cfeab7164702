import { RawService, SESSION_REFUSED, xml } from '../../raw-service.js';
import { bodies, type RunningOrg, run, runOrg } from '../../running-org.js';
import { op } from './rest-runs.js';

let world: RunningOrg;
beforeEach(async () => {
  world = await runOrg();
});
afterEach(() => world.stop());

describe('a session whose renewal names another host', () => {
  const gone = xml(
    '<Errors><Error><errorCode>ENTITY_IS_DELETED</errorCode><message>deleted</message></Error></Errors>',
    404,
  );
  const yes = xml('<Result><id>1</id><success>true</success></Result>');
  const no = xml('<Result><errors><statusCode>NO</statusCode></errors><success>false</success></Result>');

  test.each([
    ['delete', gone, { status: 'success', message: 'success: deleted by an attempt whose answer was lost' }],
    ['update', gone, { status: 'unknown', error: { effect: 'unknown' } }],
    ['update', no, { status: 'unknown', error: { effect: 'unknown' } }],
    ['update', yes, { status: 'success' }],
  ] as const)('does not forget what a lost attempt of a %s may have done', async (operation, answer, expected) => {
    const isWrite = (method: string) => method === 'DELETE' || method === 'PATCH';
    const there = await RawService.start(({ method }) => (isWrite(method) ? answer : 'default'));
    let attempts = 0;
    const here: RawService = await RawService.start(({ method, path }) => {
      if (path.startsWith('/services/Soap')) return here.loginAnswer(attempts === 0 ? here.url : there.url);
      if (!isWrite(method)) return 'default';
      attempts += 1;
      return attempts === 1 ? undefined : SESSION_REFUSED;
    });
    const properties = here.properties({ tokenUrl: `${there.url}/services/oauth2/token` });
    const connection = await world.runtime.connect({ plugin: 'salesforce-rest', properties });

    const { results } = await run(
      connection,
      op(operation),
      bodies('<r><Id>001000000000001AAA</Id><Name>a</Name></r>'),
    );
    await Promise.all([here.stop(), there.stop()]);

    expect(results[0]).toMatchObject(expected);
    expect(attempts).toBe(2);
  });
});
