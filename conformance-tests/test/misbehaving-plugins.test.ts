import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { type CheckReport, conformance, type SuiteLimits } from '@connector-runtime/conformance-tests';
import { type CallContext, ConnectorError } from '@connector-runtime/core';
import { LentLog } from '#src/lent/lent-log.js';
import { itemsPlugin, likeParent, withClient } from '../mutants/mutant.js';
import { ItemsClient, type ItemsRequest } from '../reference/items/items-client.js';
import { itemsSubject } from '../reference/items/items-subject.js';
import { connection, MISBEHAVIOURS, MODE_VARIABLE, THROWN, upsert } from './misbehaviours.js';

const BIN = path.resolve(__dirname, '..', '..', 'bin', 'connector-conform.js');
const SUBJECT = require.resolve('./misbehaviours.js');
/** In real time, for plugins that hang; the others have all the time that a busy machine needs. */
const HANGING = { checkMs: 1_500 } as const;
/** The built-in functions are gone for what comes after, so it hangs too. */
const HANGS = /^hangs in|in the place of the built-in ones$/;

/** Upserts only where the connection was never tested. */
const RefusesOnceTested = likeParent(
  class extends ItemsClient {
    private isTested = false;

    override async send(request: ItemsRequest, context: CallContext) {
      if (request.step === 'upsert' && this.isTested)
        throw new ConnectorError({
          category: 'auth',
          code: 'ITEMS_TESTED',
          message: 'no',
          effect: 'none',
          retryable: false,
        });
      if (request.step === 'test') this.isTested = true;
      return super.send(request, context);
    }
  },
);

const onSignal = () => undefined;

describe('a plugin that', () => {
  let before: ReturnType<typeof processNow>;
  beforeAll(() => {
    process.on('SIGUSR2', onSignal);
    before = processNow();
  });
  afterAll(() => {
    process.removeListener('SIGUSR2', onSignal);
  });

  test.each(MISBEHAVIOURS)(
    '$does is told of by $owner, and the others are true',
    async ({ does, plugin, owner, told, others }) => {
      const checks = await checksOf(plugin, [owner, ...others], HANGS.test(does) ? HANGING : {});

      const culprit = checks.find(({ id }) => id === owner);
      expect(culprit?.outcome).toBe('fail');
      expect(cardOf(culprit)).toMatch(told);
      expect(checks.filter(({ id }) => id !== owner).map(({ id, outcome }) => `${id} ${outcome}`)).toEqual(
        checks.filter(({ id }) => id !== owner).map(({ id }) => `${id} pass`),
      );
      expect(processNow()).toEqual(before);
    },
  );

  test.each(THROWN)('throws $what has failed the check, and not the suite', async ({ plugin }) => {
    const checks = await checksOf(plugin, ['ACC-05', 'BAT-01']);

    expect(checks).toMatchObject([
      { outcome: 'fail', reason: expect.stringContaining('20 success') },
      { outcome: 'pass' },
    ]);
  });
});

/** A thing whose every look throws. */
function unreadable(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

describe('what throws when it is looked at', () => {
  const before = processNow();
  const thrower = () => {
    throw unreadable();
  };

  test.each([
    [
      'by the choice of an operation',
      'MAN-03',
      { ...itemsPlugin, operations: { ...itemsPlugin.operations, upsert: thrower } },
    ],
    [
      'in a timer',
      'BAS-01',
      connection('test', async () => {
        setTimeout(thrower, 0);
        return new Promise<never>(() => undefined);
      }),
    ],
  ])('is survived where it is thrown %s', async (_, culprit, plugin) => {
    const checks = await checksOf(plugin, ['MAN-01', 'MAN-03', 'BAS-01'], HANGING);

    expect(checks.filter(({ outcome }) => outcome === 'fail').map(({ id }) => id)).toEqual([culprit]);
    expect(processNow()).toEqual(before);
  });

  test('is shown in the report where the manifest holds it', async () => {
    const manifest = { ...itemsPlugin.manifest, title: unreadable() as unknown as string };

    const report = await conformance({ ...itemsSubject(), manifest }, { only: ['MAN-01'] }).run();

    expect(report.plugin).toMatchObject({ id: 'items', title: 'what cannot be shown (object)' });
  });
});
test.each(['CAN-02', 'CAN-04', 'LIF-02'])(
  'a run that ends before it sends anything is not waited for by %s',
  async (id) => {
    const checks = await checksOf(withClient(RefusesOnceTested).plugin, [id], { checkMs: 20_000 });

    expect(checks).toMatchObject([
      {
        outcome: 'unproven',
        reason: expect.stringMatching(/^a run of upsert ended with auth\/ITEMS_TESTED before it/),
      },
    ]);
  },
);

test('what is said of what a plugin throws for a good document stands on the card', async () => {
  const thrown: unknown = 'just text';

  const checks = await checksOf(
    upsert(() => {
      throw thrown;
    }, 'always'),
    ['BAS-01'],
  );

  expect(checks).toMatchObject([
    { outcome: 'fail', card: { seen: expect.stringContaining('INTERNAL: what was thrown is no error (type string)') } },
  ]);
});

describe('in a process of its own, a plugin that', () => {
  const REJECTS = 'nobody caught Error: nobody waits, and the rest of it';
  test.each([
    ['leaves rejections to the process', 'LEK-01', './rejects-when-opened.js', REJECTS],
    ['leaves rejections to the process', 'LEK-03', './rejects-when-opened.js', REJECTS],
    ['leaves rejections to the process', 'DET-02', './rejects-when-opened.js', REJECTS],
    ['leaves rejections to the process', 'BPR-03', './rejects-when-opened.js', REJECTS],
    ['ends the process', 'LEK-01', './exits-when-opened.js', 'the process ended with exit code 3'],
  ])('%s has failed %s', async (_, id, entry, seen) => {
    const { checks } = await conformance(itemsSubject(itemsPlugin, require.resolve(entry)), { only: [id] }).run();

    expect(checks).toMatchObject([{ id, outcome: 'fail', card: { seen } }]);
  });

  test('stays is told of by LEK-01, however short its limit', async () => {
    const subject = itemsSubject(itemsPlugin, require.resolve('../mutants/entries/leaves-interval.js'));

    const { checks } = await conformance(subject, { only: ['LEK-01'], limits: { checkMs: 15_000 } }).run();

    expect(checks).toMatchObject([{ outcome: 'fail', card: { seen: expect.stringMatching(/^still there after 3/) } }]);
  });
});

test('a flood of log lines is counted, and not kept', () => {
  const log = new LentLog();

  for (let line = 0; line < 1_000_000; line += 1) log.info({ line }, 'a line');

  expect({ kept: log.entries.length, dropped: log.dropped }).toEqual({ kept: 10_000, dropped: 990_000 });
});

describe('the command, over a plugin that', () => {
  test.each([
    ['never gives way', 'loop', /^ {2}seen {5}the process gave no sign for 3 s/m],
    ['ends the process past every guard', 'end', /^ {2}seen {5}the process ended with exit code 9/m],
    ['ends the process by a signal', 'signal', /^ {2}seen {5}the process ended with SIGKILL/m],
  ])('%s, fails the check that was under way and goes on', (_, mode, told) => {
    const { status, stdout } = conform(mode);

    expect(stdout.match(/^(?:pass|fail|blocked|error) +[A-Z]{3}-\d\d/gm)).toEqual([
      'pass     BAS-01',
      'fail     ACC-05',
      'pass     BAT-01',
    ]);
    expect(stdout).toMatch(told);
    expect(status).toBe(1);
  });

  test.each([
    ['leaves timers and sockets open', 'handles'],
    ['prints a flood', 'flood'],
  ])('%s, ends by itself and keeps its report clean', (_, mode) => {
    const { status, stdout } = conform(mode);

    expect(stdout).toMatch(
      /^pass {5}BAS-01.*\npass {5}ACC-05.*\npass {5}BAT-01.*\n\nslowest.*\nitems .* 3 of 99 checks, passed \(3 passed, 0 not declared\)\n$/,
    );
    expect(status).toBe(0);
  });

  test('never gives way while it is loaded, says so and ends with 2', () => {
    const { status, stderr } = conform('loop at import');

    expect(stderr).toMatch(/gave no sign for 3 s: a loop that never gives way before a check was begun/);
    expect(status).toBe(2);
  });
});

function conform(mode: string) {
  const only = ['BAS-01', 'ACC-05', 'BAT-01'].flatMap((id) => ['--only', id]);
  const limit = mode.startsWith('loop') ? ['--limit', '3'] : [];
  return spawnSync(process.execPath, [BIN, SUBJECT, ...limit, ...only], {
    encoding: 'utf8',
    maxBuffer: 1_000_000_000,
    env: { ...process.env, [MODE_VARIABLE]: mode },
  });
}

async function checksOf(
  plugin: Parameters<typeof itemsSubject>[0],
  only: readonly string[],
  limits: Partial<SuiteLimits> = {},
) {
  return (await conformance(itemsSubject(plugin), { only, limits }).run()).checks;
}

function cardOf(report: CheckReport | undefined): string {
  return [report?.card?.operation, report?.card?.seen, ...(report?.card?.last ?? [])].join('\n');
}

/** What a plugin of these may have put another in the place of. */
function processNow() {
  return {
    prototypes: [Object, Array].map(({ prototype }) => Reflect.ownKeys(prototype).length),
    functions: [Date.now, Math.random, setTimeout, setImmediate, fetch],
    calls: ['exit', 'kill', 'abort'].map((name) => Reflect.get(process, name) as unknown),
    listeners: process.listenerCount('SIGUSR2'),
    exitCode: process.exitCode,
    folder: process.cwd(),
    variable: process.env['MISBEHAVIOUR'],
  };
}
