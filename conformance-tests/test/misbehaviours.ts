import type { ConnectorPlugin, Document, ExecutionContext } from '@connector-runtime/core';
import { likeParent, withConnection, withOperation } from '../mutants/mutant.js';
import { ItemsConnection } from '../reference/items/items-connection.js';
import { UpsertItems } from '../reference/items/items-operations.js';
import { itemsSubject } from '../reference/items/items-subject.js';

/** An items plugin that does what no plugin should. */
export interface Misbehaviour {
  readonly does: string;
  readonly plugin: ConnectorPlugin;
  /** The check that fails. */
  readonly owner: string;
  /** What its card says: the operation, what was seen, the last that happened. */
  readonly told: RegExp;
  /** Checks that go on as if nothing had been. */
  readonly others: readonly string[];
}

const never = () => new Promise<never>(() => undefined);
/** Only checks with so many documents meet it. */
const TWENTIETH = 'put 19';
const OTHERS = ['BAS-01', 'BAT-01'];

/** Does it before each upsert, or before that of a twentieth document only. */
export function upsert(
  act: (context: ExecutionContext) => unknown,
  when: 'always' | 'twentieth' = 'twentieth',
): ConnectorPlugin {
  class Misbehaves extends UpsertItems {
    protected override async upsert(document: Document, text: string, context: ExecutionContext) {
      if (when === 'always' || text.includes(TWENTIETH)) await act(context);
      return super.upsert(document, text, context);
    }
  }
  return withOperation('upsert', likeParent(Misbehaves)).plugin;
}

export function connection(name: 'open' | 'test' | 'close', act: () => Promise<never>): ConnectorPlugin {
  class Misbehaves extends ItemsConnection {}
  Object.defineProperty(likeParent(Misbehaves).prototype, name, { value: act });
  return withConnection(Misbehaves).plugin;
}

const globals = globalThis as unknown as Record<string, unknown>;

export const MISBEHAVIOURS: readonly Misbehaviour[] = [
  {
    does: 'replaces JSON.stringify and fails, with a card that can be read',
    plugin: upsert(() => {
      JSON.stringify = () => '';
      throw new TypeError('what it threw');
    }),
    owner: 'ACC-05',
    told: /what it threw[\s\S]*JSON\.stringify/,
    others: ['BAS-01'],
  },
  {
    does: 'hangs in open',
    plugin: connection('open', never),
    owner: 'MAN-03',
    told: /it had not ended after 1\.5 s/,
    others: ['MAN-01'],
  },
  {
    does: 'hangs in test',
    plugin: connection('test', never),
    owner: 'BAS-01',
    told: /it had not ended after 1\.5 s/,
    others: ['MAN-01'],
  },
  {
    does: 'hangs in close',
    plugin: connection('close', never),
    owner: 'LIF-01',
    told: /it had not ended after 1\.5 s/,
    others: OTHERS,
  },
  {
    does: 'hangs in execute',
    plugin: upsert(never),
    owner: 'ACC-05',
    told: /^upsert\nit had not ended after 1\.5 s/,
    others: OTHERS,
  },
  {
    does: 'ends the process',
    plugin: upsert(() => process.exit(3)),
    owner: 'ACC-05',
    told: /called process\.exit\(3\)/,
    others: OTHERS,
  },
  {
    does: 'aborts the process',
    plugin: upsert(() => process.abort()),
    owner: 'ACC-05',
    told: /called process\.abort\(\)/,
    others: OTHERS,
  },
  {
    does: 'kills the process',
    plugin: upsert(() => process.kill(process.pid, 'SIGKILL')),
    owner: 'ACC-05',
    told: /called process\.kill\(process\.pid, SIGKILL\)/,
    others: OTHERS,
  },
  {
    does: 'leaves rejections to the process',
    plugin: upsert(() => void Promise.reject(new Error('nobody waits'))),
    owner: 'ERR-06',
    told: /nobody waits/,
    others: [...OTHERS, 'ACC-05'],
  },
  {
    does: 'pollutes prototypes',
    plugin: upsert(() => {
      Object.assign(Object.prototype, { evil: 1 });
      Object.assign(Array.prototype, { last: () => undefined });
      throw new Error('and fails');
    }),
    owner: 'ACC-05',
    told: /changed for the whole process: Object\.prototype\.evil, Array\.prototype\.last/,
    others: OTHERS,
  },
  {
    does: 'puts its own functions in the place of the built-in ones',
    plugin: upsert(() => {
      Date.now = () => 0;
      Math.random = () => 0;
      Object.assign(globals, { setTimeout: () => 0, setImmediate: () => 0, fetch: () => 0 });
      return never();
    }),
    owner: 'ACC-05',
    told: /changed for the whole process: Date\.now, Math\.random, globalThis\.fetch, globalThis\.setTimeout, globalThis\.setImmediate/,
    others: OTHERS,
  },
  {
    does: 'changes the process in silence',
    plugin: upsert(() => {
      globals['fetch'] = () => 0;
      process.removeAllListeners('SIGUSR2');
      process.env['MISBEHAVIOUR'] = 'yes';
      process.exitCode = 7;
      process.chdir('..');
    }, 'always'),
    owner: 'LIF-04',
    told: /globalThis\.fetch; a listener of process for SIGUSR2; process\.cwd\(\); process\.env\.MISBEHAVIOUR; process\.exitCode/,
    others: OTHERS,
  },
  {
    does: 'floods the log',
    plugin: upsert(({ logger }) => {
      for (let line = 0; line < 6_000; line += 1) logger.info('a line');
    }, 'always'),
    owner: 'TEL-02',
    told: /^\n12\d{3}$/m,
    others: OTHERS,
  },
];

const cyclic = new Error('one');
cyclic.cause = new Error('two', { cause: cyclic });
const refuse = (): never => {
  throw new Error('not to be read');
};
const unreadable = Object.defineProperty(new Error('x'), 'message', { get: refuse });

/** What may be thrown, all of it instead of an error that can be read. */
export const THROWN: readonly { readonly what: string; readonly plugin: ConnectorPlugin }[] = Object.entries({
  'a text': 'text',
  null: null,
  undefined: undefined,
  'a symbol': Symbol('thrown'),
  'a frozen error': Object.freeze(new Error('frozen')),
  'an object without a prototype': Object.create(null) as unknown,
  'an error whose message throws': unreadable,
  'an object that throws at every touch': new Proxy({}, { get: refuse, has: refuse, getPrototypeOf: refuse }),
  'an error that is its own cause': cyclic,
}).map(([what, thrown]) => ({
  what,
  plugin: upsert(() => {
    throw thrown;
  }),
}));

/** Tells the command's process what this module's own subject is to do. */
export const MODE_VARIABLE = 'MISBEHAVIOUR_MODE';
const mode = process.env[MODE_VARIABLE] ?? '';

const ACTS: Readonly<Record<string, () => unknown>> = {
  loop: () => {
    for (;;);
  },
  end: () => (process as unknown as { reallyExit(code: number): void }).reallyExit(9),
  signal: () => (process as unknown as { _kill(pid: number, signal: number): void })._kill(process.pid, 9),
  handles: () => setInterval(() => undefined, 1_000_000),
  flood: () => {
    for (let line = 0; line < 100_000; line += 1) process.stdout.write('a line that is no report\n');
  },
};
const act = ACTS[mode];

if (mode === 'loop at import') for (;;);

/** As the command looks for it. */
export const subject = itemsSubject(act === undefined ? undefined : upsert(act));
