import { AsyncLocalStorage } from 'node:async_hooks';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { CredentialStore, Json } from '@connector-runtime/core';
import { ConnectorRuntime, FileCredentialStore, type RuntimeConnection } from '@connector-runtime/runtime';
import salesforceRest from '@connector-runtime/salesforce-rest';
import { type Context, context, ROOT_CONTEXT, type TracerProvider, trace } from '@opentelemetry/api';
import * as production from '#docs/host/production.js';
import * as stop from '#docs/host/stop.js';
import { greetTraced } from '#docs/host/traces.js';
import greeting from '#docs/plugin/greeting-plugin.js';
import { componentOf, HostPlace } from './host-place.js';

let place: HostPlace;
beforeEach(() => {
  place = new HostPlace();
});
afterEach(() => place.remove());

const greeter = (runtime: ConnectorRuntime, url: string): Promise<RuntimeConnection> =>
  place.closing(runtime).connect({ plugin: 'greeting', properties: { url } });
const greeterOf = (url: string) => greeter(new ConnectorRuntime({ plugins: [greeting] }), url);
const people = (...names: readonly string[]) => names.map((body) => ({ id: body, body }));

describe('stop.ts', () => {
  const everyone = ['Ada', 'slow', 'Bob', 'Cem', 'Dee', 'Eve', 'Fay'];

  test('who cancels hears of every document: what was sent is unknown, the rest was not attempted', async () => {
    const service = await place.greetingService();
    const enough = new AbortController();
    void service.slowArrived.then(() => enough.abort());
    const fates = await stop.greetWithin(await greeterOf(service.url), people(...everyone), {
      signal: enough.signal,
      deadlineMs: 60_000,
    });

    expect([...fates.keys()].sort()).toEqual([...everyone].sort());
    expect(fates.get('slow')).toBe('unknown');
    expect(fates.get('Fay')).not.toBe('applicationError');
  });

  test('the deadline does the same', async () => {
    const service = await place.greetingService();
    const fates = await stop.greetWithin(await greeterOf(service.url), people('slow'), {
      signal: new AbortController().signal,
      deadlineMs: 200,
    });
    expect([...fates]).toEqual([['slow', 'unknown']]);
  });

  test('who leaves the loop hears of nothing further', async () => {
    const service = await place.greetingService();
    const summary = await stop.greetOne(await greeterOf(service.url), people(...everyone));

    expect(summary).toMatchObject({ complete: false, error: { code: 'HOST_LEFT' } });
    const counted = Object.values(summary.counts).reduce((sum, count) => sum + count, 0);
    expect(counted).toBeLessThan(everyone.length);
  });
});

describe('credentials', () => {
  /** What a database does, in memory. */
  const table = (): production.CredentialTable => {
    const rows = new Map<string, { readonly text: string; readonly revision: number }>();
    return {
      select: async (key) => rows.get(key),
      insert: async (key, text) => !rows.has(key) && rows.set(key, { text, revision: 1 }) !== undefined,
      update: async (key, text, ifRevision) =>
        rows.get(key)?.revision === ifRevision && rows.set(key, { text, revision: ifRevision + 1 }) !== undefined,
    };
  };

  test.each<[string, () => CredentialStore]>([
    ['a folder', () => new FileCredentialStore(path.join(place.folder, 'state'))],
    ['a table', () => production.storeIn(table())],
  ])('two hosts share a rotating token by %s', async (_, makeStore) => {
    const org = await place.org({ rotateRefreshTokens: true });
    const { refreshToken } = org;
    const component = { id: 'crm', ...componentOf(org, { grantType: 'refreshToken', refreshToken }) };
    const credentialStore = makeStore();
    const hosts = [1, 2].map(() => place.closing(new ConnectorRuntime({ plugins: [salesforceRest], credentialStore })));
    const connections = await Promise.all(hosts.map((host) => host.connect(component)));
    const good = async () => (await Promise.all(connections.map((one) => one.test()))).flat().every(({ ok }) => ok);

    expect(await good()).toBe(true);
    org.expireSessions();
    expect(await good()).toBe(true);
  });

  test('a table compares before it sets', async () => {
    const store = production.storeIn(table());
    expect([await store.put('a', '1', 0), await store.put('a', '2', 0), await store.put('a', '2', 1)]).toEqual([
      true,
      false,
      true,
    ]);
    const kept = await store.get('a');
    expect([kept?.value.reveal(), kept?.revision, await store.get('b')]).toEqual(['2', 2, undefined]);
    expect(JSON.stringify(kept)).not.toContain('2"');
  });
});

test('a shared cache spares a second host the describe', async () => {
  const org = await place.org();
  const texts = new Map<string, string>();
  const cache = production.cacheIn({
    get: async (key) => texts.get(key),
    set: async (key, text) => void texts.set(key, text),
  });
  const describes = async () => {
    const runtime = place.closing(new ConnectorRuntime({ plugins: [salesforceRest], cache }));
    const connection = await runtime.connect({ id: 'crm', ...componentOf(org) });
    const before = org.requests.entries.length;
    await connection.execute({ operation: 'query', objectType: 'Account', properties: { fields: ['Name'] } }).finish();
    return org.requests.entries.slice(before).filter(({ path: at }) => at.includes('/describe')).length;
  };

  expect([await describes(), await describes()]).toEqual([1, 0]);
  await cache.set('gone', 1, 0);
  expect(await cache.get('gone')).toBeUndefined();
});

test('a runtime for production logs JSON lines, keeps its limits, and counts what happens', async () => {
  const service = await place.greetingService();
  const runtime = production.productionRuntime([greeting], path.join(place.folder, 'state'));
  const counted = new Map<string, number>();
  production.watch(runtime, (name, by = 1) => counted.set(name, (counted.get(name) ?? 0) + by));
  const connection = await greeter(runtime, service.url);
  service.away = 1;
  const { counts } = await connection
    .execute({ operation: 'greet' }, people('Ada', 'nobody', 'x'.repeat(2_000)))
    .finish();

  expect(counts).toMatchObject({ success: 1, applicationError: 2 });
  expect(counted.get('documents.success')).toBe(1);
  expect(counted.get('repeats.HTTP_503')).toBe(1);
  expect(counted.has('executions.incomplete')).toBe(false);
});

describe('the way to the service', () => {
  test('a transport trusts an authority of the host, whatever the environment says of proxies', async () => {
    const org = await place.org({ tls: true });
    const okOf = async (runtime: ConnectorRuntime) => {
      const connection = await place.closing(runtime).connect(componentOf(org));
      return (await connection.test()).map(({ ok, error }) => (ok ? 'ok' : error?.code));
    };

    expect(
      new Set(
        await okOf(new ConnectorRuntime({ plugins: [salesforceRest], http: production.trusting(org.caPem ?? '') })),
      ),
    ).toEqual(new Set(['ok']));
    expect(await okOf(new ConnectorRuntime({ plugins: [salesforceRest] }))).toEqual(['TLS_FAILED']);
  });

  test('a connection names a proxy and files, which are read when it is made', async () => {
    const service = await place.greetingService();
    const runtime = place.closing(new ConnectorRuntime({ plugins: [greeting] }));
    const component = production.throughProxy({ plugin: 'greeting', properties: { url: service.url } });

    await expect(runtime.connect(component)).rejects.toMatchObject({
      info: { code: 'CONFIG_INVALID', path: '/http/caFile' },
    });
    writeFileSync(path.join(place.folder, 'corp.pem'), (await place.org({ tls: true })).caPem ?? '');
    const connection = await runtime.connect({ ...component, folder: place.folder });
    expect((await connection.test()).every(({ ok }) => ok)).toBe(true);
  });

  test('a fetch of the host sends, and settings that are its own business are refused', async () => {
    const service = await place.greetingService();
    const urls: string[] = [];
    const http = production.byFetch((url, init) => {
      urls.push(url);
      return fetch(url, init);
    });
    const runtime = new ConnectorRuntime({ plugins: [greeting], http });
    const connection = await greeter(runtime, service.url);
    await connection.execute({ operation: 'greet' }, people('Ada')).finish();

    expect(urls).toHaveLength(2);
    await expect(
      runtime.connect({ plugin: 'greeting', properties: { url: service.url }, http: { proxy: 'http://127.0.0.1:1' } }),
    ).rejects.toMatchObject({ info: { code: 'HTTP_SETTING_UNSUPPORTED' } });
  });
});

test('tenants have a connection each, kept until it changes', async () => {
  const service = await place.greetingService();
  const asked: string[] = [];
  const runtime = place.closing(new ConnectorRuntime({ plugins: [greeting] }));
  const tenants = new production.Tenants(runtime, async (tenant) => {
    asked.push(tenant);
    return { plugin: tenant === 'typo' ? 'greetign' : 'greeting', properties: { url: service.url } };
  });
  const [a, again, b] = await Promise.all([tenants.of('a'), tenants.of('a'), tenants.of('b')]);

  expect([a === again, a.id, b.id, asked]).toEqual([true, 'a', 'b', ['a', 'b']]);
  await tenants.forget('a');
  expect(await tenants.of('a')).not.toBe(a);
  expect(() => a.execute({ operation: 'greet' }, [])).toThrow(
    expect.objectContaining({ info: expect.objectContaining({ code: 'CONNECTION_CLOSED' }) }),
  );
  await expect(tenants.of('typo')).rejects.toMatchObject({ info: { code: 'PLUGIN_UNKNOWN' } });
  await expect(tenants.of('typo')).rejects.toThrow();
  expect(asked.filter((tenant) => tenant === 'typo')).toHaveLength(2);
});

test('who is told to stop hears of every document first', async () => {
  const service = await place.greetingService();
  const runtime = place.closing(new ConnectorRuntime({ plugins: [greeting] }));
  const connection = await greeter(runtime, service.url);
  const fates: string[] = [];
  void service.slowArrived.then(() => process.emit('SIGTERM', 'SIGTERM'));
  await production.serve(runtime, async () => {
    const names = ['slow', ...Array.from({ length: 9 }, (_, n) => `n${n}`)];
    for await (const event of connection.execute({ operation: 'greet' }, people(...names)))
      if (event.type === 'result') fates.push(...event.inputs.map((id) => `${id} ${event.status}`));
  });

  expect(fates).toHaveLength(10);
  expect(fates).toContain('slow unknown');
  expect(process.listenerCount('SIGTERM')).toBe(0);
});

test('spans stand below the span of the host, and the trace travels on', async () => {
  const service = await place.greetingService();
  const spans: { readonly name: string; readonly parent: string | undefined }[] = [];
  const names = new WeakMap<object, string>();
  const provider = {
    getTracer: () => ({
      startSpan: (name: string, _: Json, outer: Context = context.active()) => {
        const above = trace.getSpan(outer);
        spans.push({ name, parent: above && names.get(above) });
        const span = trace.wrapSpanContext({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 });
        names.set(span, name);
        return span;
      },
      startActiveSpan(name: string, work: (span: unknown) => unknown) {
        const span = this.startSpan(name, null);
        return context.with(trace.setSpan(context.active(), span), () => work(span));
      },
    }),
  };
  const stack = new AsyncLocalStorage<Context>();
  context.setGlobalContextManager({
    active: () => stack.getStore() ?? ROOT_CONTEXT,
    with: (active, work, self, ...args) => stack.run(active, () => work.call(self as never, ...args)),
    bind: (_, target) => target,
    enable: () => context as never,
    disable: () => context as never,
  });
  trace.setGlobalTracerProvider(provider as unknown as TracerProvider);
  try {
    await greetTraced(await greeterOf(service.url), ['Ada']);
  } finally {
    trace.disable();
    context.disable();
  }

  expect(spans).toEqual([
    { name: 'greet', parent: undefined },
    { name: 'connector.execute', parent: 'greet' },
    { name: 'HTTP GET', parent: 'connector.execute' },
    { name: 'HTTP POST', parent: 'connector.execute' },
  ]);
});
