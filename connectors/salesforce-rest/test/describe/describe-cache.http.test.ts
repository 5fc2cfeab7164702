import { setTimeout as delay } from 'node:timers/promises';
import type { Cache, CallContext, Clock, Json } from '@connector-runtime/core';
import {
  ConnectorRuntime,
  type ExecutionOptions,
  MemoryCache,
  type RuntimeConnection,
} from '@connector-runtime/runtime';
import { DescribeCache } from '#src/describe/describe-cache.js';
import salesforceRest from '#src/index.js';
import { json, RawService, xml } from '../raw-service.js';
import { bodies, run } from '../running-org.js';

const RETRY_AFTER_S = 5;

/** The one wait for a repeat takes no time. */
const clock: Clock = {
  now: Date.now,
  random: () => 0,
  sleep: (ms, signal) => delay(ms === RETRY_AFTER_S * 1_000 ? 0 : ms, undefined, { signal }),
};

/** Keeps nothing, and tells when a describe was looked for so many times. */
class AskedCache implements Cache {
  private asked = 0;
  private readonly watchers: (() => void)[] = [];

  async get(key: string): Promise<Json | undefined> {
    if (key.includes('describe ')) this.asked += 1;
    for (const look of this.watchers) look();
    return undefined;
  }

  async set(): Promise<void> {}

  reached(count: number): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (this.asked >= count) resolve();
      };
      this.watchers.push(look);
      look();
    });
  }
}

describe('a describe that several executions wait for', () => {
  let service: RawService;
  let runtime: ConnectorRuntime;
  let connection: RuntimeConnection;
  let cache: AskedCache;
  let held: (describes: number) => Promise<ReturnType<typeof json> | 'default'>;

  beforeEach(async () => {
    cache = new AskedCache();
    service = await RawService.start(({ path, method }) => {
      if (path.endsWith('/describe')) return held(service.count('/describe'));
      return method === 'POST' && path.includes('/sobjects/')
        ? xml('<Result><success>true</success></Result>', 201)
        : 'default';
    });
    runtime = new ConnectorRuntime({ plugins: [salesforceRest], cache, clock });
    connection = await runtime.connect({ plugin: 'salesforce-rest', properties: service.properties() });
  });
  afterEach(async () => {
    await runtime.close();
    await service.stop();
  });

  const create = async (options?: ExecutionOptions) => {
    const request = { operation: 'create', objectType: 'Account' };
    return (await run(connection, request, bodies('<r><Name>a</Name></r>'), options)).summary;
  };

  test('is asked for again after a pause that only the first has no time for', async () => {
    held = async (describes) => {
      await cache.reached(2);
      return describes === 1 ? { ...json([], 503), headers: { 'retry-after': String(RETRY_AFTER_S) } } : 'default';
    };

    const hurried = create({ deadlineMs: 3_000 });
    await cache.reached(1);
    const patient = create();

    expect((await patient).counts.success).toBe(1);
    await hurried;
    expect(service.count('/describe')).toBe(2);
  });

  test('outlives the abort of who asked first, and is shared by who comes after that', async () => {
    let letGo: () => void = () => undefined;
    const released = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    held = async () => {
      await released;
      return 'default';
    };
    const leaving = new AbortController();

    const left = create({ signal: leaving.signal });
    await cache.reached(1);
    const staying = create();
    await cache.reached(2);
    leaving.abort();
    await left;
    const late = create();
    await cache.reached(3);
    letGo();

    expect([(await staying).counts.success, (await late).counts.success]).toEqual([1, 1]);
    expect(service.count('/describe')).toBe(1);
  });
});

test('a describe is kept for the user, the org and the version that it was read with', async () => {
  const cache = new MemoryCache(clock);
  const seen: string[] = [];
  const context: CallContext = {
    signal: new AbortController().signal,
    deadlineEpochMs: Number.MAX_SAFE_INTEGER,
    clock,
    logger: { debug() {}, info() {}, warn() {}, error() {} },
    meter: { note() {} },
  };
  const describeAs = async (user: string, origin: string, apiPath: string) => {
    const sessions = { current: async () => ({ user, origin, apiPath }) };
    const transport = {
      getJson: async (path: string) => {
        seen.push(`${user} ${origin}${apiPath}${path}`);
        return { name: 'Account', label: `of ${user}`, fields: [{ name: 'Id', type: 'id' }] };
      },
    };
    const describes = new DescribeCache(cache, transport as never, sessions as never);
    return (await describes.describe('account', context)).label;
  };
  const [a, b] = ['https://a.my.salesforce.com', 'https://b.my.salesforce.com'] as const;

  const labels = [
    await describeAs('ann', a, '/v64.0'),
    await describeAs('ann', a, '/v64.0'),
    await describeAs('bob', a, '/v64.0'),
    await describeAs('ann', b, '/v64.0'),
    await describeAs('ann', a, '/v65.0'),
    await describeAs('ann', a, '/v64.0'),
  ];

  expect(labels).toEqual(['of ann', 'of ann', 'of bob', 'of ann', 'of ann', 'of ann']);
  expect(seen).toHaveLength(4);
});
