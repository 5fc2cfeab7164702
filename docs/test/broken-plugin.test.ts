// biome-ignore-all lint/suspicious/noTemplateCurlyInString: texts of sources
import { CHECKS, failureCardText, type Report } from '@connector-runtime/conformance-tests';
import { createPlugin, type OfflineFolder, removePlugin, Tarballs } from './created-plugin.js';

/** Checks that start processes of their own take seconds each, and none of these mistakes is theirs. */
const IN_PROCESS = CHECKS.filter((check) => check.ownProcess !== true).map(({ id }) => id);

/** A mistake that an author may make, and what the suite says of it. */
interface Mistake {
  readonly name: string;
  readonly file: string;
  /** Each text stands in the file once. */
  readonly edits: readonly (readonly [before: string, after: string])[];
  /** Every check that fails; the first is the one whose card is held. */
  readonly failed: readonly string[];
  /** Lines of its failure card. */
  readonly card: readonly (string | RegExp)[];
}

const SHARED_HEADERS = "const HEADERS: Record<string, string> = { 'content-type': 'application/json' };\n\n";

const MISTAKES: readonly Mistake[] = [
  {
    name: 'a cursor goes into the address as it is',
    file: 'src/read-records.ts',
    edits: [['?cursor=${encodeURIComponent(cursor)}', '?cursor=${cursor}']],
    failed: ['OPS-01', 'AUT-01', 'HOS-04', 'UNI-02'],
    card: [
      'FAIL  OPS-01  MUST  A read gives every row once   operation: read   seed 1',
      'did      reading 31 rows',
      'expected complete',
      /seen {5}GET http:\S+\/records\/contact was answered 400/,
    ],
  },
  {
    name: 'a page that is shorter than others is taken for the last',
    file: 'src/read-records.ts',
    edits: [['if (next === undefined) return;', 'if (next === undefined || records.length < 10) return;']],
    failed: ['OPS-01', 'ACC-07'],
    card: [
      'expected every key',
      /seen {5}12 missing: row-19, /,
      'usual cause: the last row of a page, or the last page, is lost',
    ],
  },
  {
    name: 'an empty page is taken for the last',
    file: 'src/read-records.ts',
    edits: [['if (next === undefined) return;', 'if (next === undefined || records.length === 0) return;']],
    failed: ['OPS-01', 'ACC-07'],
    card: ['expected every key', /seen {5}12 missing: row-19, /],
  },
  {
    name: 'results are paired with documents by their order, not by what they name',
    file: 'src/create-records.ts',
    edits: [['byRef.get(String(index))', '[...byRef.values()][index]']],
    failed: ['ACC-06', 'ACC-05'],
    card: [
      'FAIL  ACC-06  MUST  Each result belongs to its document   operation: create   seed 1',
      'did      5 bad documents at random places among 15 good ones',
      'expected success for the good ones, applicationError for the bad ones',
      /seen {5}contact-\d+ (success|applicationError); contact-/,
      'usual cause: the place of a result in the answer shifts after an item that was refused',
    ],
  },
  {
    name: 'a create is called repeatable',
    file: 'src/create-records.ts',
    edits: [["effect: 'once'", "effect: 'repeatable'"]],
    failed: ['IDM-01', 'ACC-04'],
    card: [
      'did      the answer to the write was lost',
      'expected sent once',
      'seen     2 times',
      'usual cause: a POST that is tried again after a reset',
    ],
  },
  {
    name: 'one document that cannot be read ends its whole batch',
    file: 'src/create-records.ts',
    edits: [["refused.push(failed([id], errorInfoOf(error, 'none')));", "if (id !== '') throw error;"]],
    failed: ['BAT-02', 'HOS-01'],
    card: [
      'did      a streamed document of 100001 bytes between two good ones',
      'expected 2 success',
      'seen     {"success":0,"applicationError":3,"failure":0,"unknown":0,"notAttempted":0}',
    ],
  },
  {
    name: 'a refused document is quoted in the message',
    file: 'src/create-records.ts',
    edits: [
      ["message: 'a document must be a JSON object'", 'message: `a document must be a JSON object, got ${text}`'],
    ],
    failed: ['SEC-03'],
    card: ['did      a document that is cut off', "expected no text of the document's", /document-canary-1/],
  },
  {
    name: 'an error body is believed to be JSON',
    file: 'src/answers.ts',
    edits: [['body.json(10_000).catch(() => undefined)', 'body.json(10_000)']],
    failed: ['ERR-01', 'TIM-01', 'ERR-03'],
    card: [
      'did      every answer 400',
      'expected httpStatus 400 kept',
      /seen {5}\{"category":"protocol","code":"NOT_JSON"/,
    ],
  },
  {
    name: 'the context of the first call is kept for all others',
    file: 'src/client.ts',
    edits: [
      ['    let isRenewed = false;', '    let isRenewed = false;\n    this.first ??= context;'],
      ['      context,\n    );', '      this.first,\n    );'],
      ['  /** Resolves with', '  private first: CallContext | undefined;\n\n  /** Resolves with'],
    ],
    failed: ['CAN-02', 'LIF-02', 'BRW-01', 'CAN-06'],
    card: [
      'did      aborted while a request hung',
      'expected the operation has ended by itself',
      'seen     it was given up',
      'usual cause: a pause by setTimeout, or a request without the signal',
    ],
  },
  {
    name: 'one map of headers is made for all connections',
    file: 'src/client.ts',
    edits: [
      [
        "return { authorization: `Bearer ${token}`, 'content-type': 'application/json' };",
        'HEADERS.authorization ??= `Bearer ${token}`;\n          return HEADERS;',
      ],
      ['/** Puts the session', `${SHARED_HEADERS}/** Puts the session`],
    ],
    failed: ['CON-03', 'AUT-01'],
    card: [
      'FAIL  CON-03  MUST  Connections do not meet   seed 1',
      'did      two connections, to two services',
      'expected no credential at both services',
      'seen     1 credentials at both',
    ],
  },
  {
    name: 'Retry-After is taken a second short',
    file: 'src/client.ts',
    edits: [
      [
        'if (answer.status !== 401',
        "if (answer.status === 429) return { retryAfterMs: (Number(answer.headers['retry-after']) - 1) * 1_000 };\n          if (answer.status !== 401",
      ],
    ],
    failed: ['ERR-03'],
    card: [
      'did      every answer 429 with Retry-After as seconds',
      'expected the next request 7 s later',
      /seen {5}6\d\d\d ms/,
    ],
  },
  {
    name: 'a session that every request renews, however often it is refused',
    file: 'src/client.ts',
    edits: [['isRenewed = true;', '']],
    failed: ['AUT-03'],
    card: [
      'did      ten documents after an expiry, where logins succeed and every session is refused',
      'expected one more login',
      'usual cause: a login that is tried again, and locks the account',
    ],
  },
  {
    name: 'a late refusal of the old session drops the new one',
    file: 'src/session.ts',
    edits: [[" && (await login.token.catch(() => '')) === token && this.login === login", ' && token !== undefined']],
    failed: ['AUT-02'],
    card: [
      'did      1000 documents after an expiry of the session',
      'expected one renewal',
      'seen     4',
      'usual cause: each request renews for itself',
    ],
  },
];

/** The list "What it cannot see" of the guide to the checks, as far as it is about a plugin and not about its service. */
const UNSEEN: readonly Pick<Mistake, 'name' | 'file' | 'edits'>[] = [
  {
    name: 'a document that the answer leaves out is taken for success',
    file: 'src/create-records.ts',
    edits: [
      ['result: Readonly<Record<string, Json>> = {}', 'result: Readonly<Record<string, Json>> = { status: 201 }'],
    ],
  },
  {
    name: 'an object type goes into the address of a read as it is',
    file: 'src/read-records.ts',
    edits: [['${encodeURIComponent(context.objectType)}', '${context.objectType}']],
  },
  {
    name: 'a login that failed because the service was away is never tried again',
    file: 'src/session.ts',
    edits: [
      [
        'if (this.login === login) this.login = undefined;\n      // Whoever',
        'if (login.signal.aborted && this.login === login) this.login = undefined;\n      // Whoever',
      ],
    ],
  },
];

describe('the suite, on a plugin from the template http-json in which', () => {
  let tarballs: Tarballs;
  let plugin: OfflineFolder;
  let sound: ReadonlyMap<string, string>;
  beforeAll(() => {
    tarballs = new Tarballs();
    plugin = createPlugin('acme', 'http-json', tarballs);
    const files = new Set([...MISTAKES, ...UNSEEN].map(({ file }) => file));
    sound = new Map([...files].map((file) => [file, plugin.read(file)]));
  }, 60_000);
  /** Whatever became of the case: a mistake that does not build must not spoil the next. */
  afterEach(() => {
    for (const [file, text] of sound) plugin.write(file, text);
  });
  afterAll(() => {
    removePlugin(plugin);
    tarballs.remove();
  });

  test.each(MISTAKES)(
    '$name: fails $failed',
    ({ file, edits, failed, card }) => {
      const report = reportWith(plugin, file, edits);

      expect(failedIn(report)).toEqual([...failed].sort());
      const text = cardIn(report, failed[0] ?? '');
      for (const line of card) {
        if (typeof line === 'string') expect(text).toContain(line);
        else expect(text).toMatch(line);
      }
      expect(report.verdict).toContain(`not passed, ${failed.length} MUST failed: `);
    },
    60_000,
  );

  test.each(UNSEEN)(
    '$name: passes, and is known to',
    ({ file, edits }) => {
      const report = reportWith(plugin, file, edits);

      expect(failedIn(report)).toEqual([]);
    },
    60_000,
  );
});

/** The suite's report on the plugin with these edits in a file. */
function reportWith(plugin: OfflineFolder, file: string, edits: Mistake['edits']): Report {
  for (const [before, after] of edits) plugin.replace(file, before, after);
  expect(plugin.run('npm run build')).toEqual({ status: 0, text: expect.any(String) });
  return plugin.conform(...IN_PROCESS);
}

function failedIn({ checks }: Report): readonly string[] {
  return checks
    .filter(({ outcome }) => outcome !== 'pass' && outcome !== 'skip' && outcome !== 'unproven')
    .map(({ id }) => id)
    .sort();
}

function cardIn({ checks, seed }: Report, id: string): string {
  const check = checks.find((one) => one.id === id);
  return check === undefined ? '' : failureCardText(check, seed);
}
