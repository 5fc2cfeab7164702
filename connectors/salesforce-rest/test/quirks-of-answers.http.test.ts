import type { Json } from '@connector-runtime/core';
import { ConnectorRuntime } from '@connector-runtime/runtime';
import salesforceRest from '#src/index.js';
import { json, RawService, SESSION_REFUSED, xml } from './raw-service.js';
import { bodies, run } from './running-org.js';

/** What the original did otherwise, where an org would not answer so. */
describe('over a service that answers as it is told', () => {
  let service: RawService | undefined;
  let runtime: ConnectorRuntime | undefined;
  afterEach(async () => {
    await runtime?.close();
    await service?.stop();
  });

  async function connect(more: Readonly<Record<string, Json>> = {}) {
    runtime = new ConnectorRuntime({ plugins: [salesforceRest] });
    if (service === undefined) throw new TypeError('no service');
    return runtime.connect({ plugin: 'salesforce-rest', properties: service.properties(more) });
  }

  const create = { operation: 'create', objectType: 'Account' } as const;

  test("Q2: data calls go to the host that the login names, with url's version", async () => {
    const instance = await RawService.start(({ method }) =>
      method === 'POST' ? xml('<Result><id>001</id><success>true</success></Result>', 201) : 'default',
    );
    service = await RawService.start(({ path }) =>
      path.startsWith('/services/Soap') && service !== undefined ? service.loginAnswer(instance.url) : 'default',
    );
    const connection = await connect({ tokenUrl: `${instance.url}/services/oauth2/token` });

    const { results } = await run(connection, create, bodies('<r><Name>a</Name></r>'));

    expect(results[0]?.status).toBe('success');
    expect(service.requests.map(({ path }) => path)).toEqual(['/services/Soap/u/64.0']);
    expect(instance.requests.at(-1)?.path).toBe('/services/data/v64.0/sobjects/Account');
    await instance.stop();
  });

  test('Q3: after a renewed session the whole body is sent again', async () => {
    let isFirst = true;
    service = await RawService.start(({ method, path }) => {
      if (method !== 'POST' || !path.includes('/sobjects/')) return 'default';
      if (!isFirst) return xml('<Result><id>001</id><success>true</success></Result>', 201);
      isFirst = false;
      return SESSION_REFUSED;
    });
    const body = `<r><Name>${'x'.repeat(200_000)}</Name></r>`;

    const { results } = await run(await connect(), create, [
      {
        body: (async function* () {
          for (let from = 0; from < body.length; from += 50_000) yield Buffer.from(body.slice(from, from + 50_000));
        })(),
      },
    ]);

    const posts = service.requests.filter(({ method, path }) => method === 'POST' && path.includes('/sobjects/'));
    expect(results[0]?.status).toBe('success');
    expect(posts.map((request) => request.body)).toEqual([body, body]);
  });

  test.each([
    ['too many requests', 429, '[{"errorCode":"TOO_MANY_REQUESTS","message":"later"}]'],
    ['a closed connection', undefined, '[]'],
    ['a 503', 503, '[{"errorCode":"SERVER_UNAVAILABLE","message":"busy"}]'],
    [
      'too many at once',
      403,
      '[{"errorCode":"REQUEST_LIMIT_EXCEEDED","message":"ConcurrentRequests Limit exceeded."}]',
    ],
    ['a locked row', 400, '[{"errorCode":"UNABLE_TO_LOCK_ROW","message":"unable to obtain exclusive access"}]'],
  ])('Q4: an update that met %s goes again', async (_, status, refusal) => {
    let refused = 0;
    service = await RawService.start(({ method }) => {
      if (method !== 'PATCH') return 'default';
      refused += 1;
      if (refused > 1) return { status: 204 };
      return status === undefined ? undefined : json(JSON.parse(refusal) as Json, status);
    });

    const { results } = await run(
      await connect(),
      { operation: 'update', objectType: 'Account' },
      bodies('<r><Id>001000000000001</Id><Name>a</Name></r>'),
    );

    expect(results[0]).toMatchObject({ status: 'success', code: '204' });
    expect(refused).toBe(2);
  });

  test('Q42: a login that is answered without a session says so', async () => {
    service = await RawService.start(({ path }) =>
      path.startsWith('/services/Soap')
        ? xml('<E><Body><loginResponse><result><userId>005</userId></result></loginResponse></Body></E>')
        : 'default',
    );

    const { results, summary } = await run(await connect(), create, bodies('<r/>'));

    expect(results[0]?.status).toBe('failure');
    expect(summary.error).toMatchObject({
      code: 'LOGIN_WITHOUT_SESSION',
      message: expect.stringContaining('without a session id') as string,
    });
  });
});
