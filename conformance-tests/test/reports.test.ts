import { readFileSync } from 'node:fs';
import path from 'node:path';
import {
  conformance,
  failureCardText,
  type Report,
  reportAsHtml,
  reportAsJunit,
} from '@connector-runtime/conformance-tests';
import type { CallContext, HttpResponse, Secret } from '@connector-runtime/core';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { verdictOf } from '#src/report.js';
import { MUTANTS } from '../mutants/index.js';
import { likeParent, withClient, withSession } from '../mutants/mutant.js';
import { ItemsClient, type ItemsRequest } from '../reference/items/items-client.js';
import { ItemsSession } from '../reference/items/items-session.js';
import { itemsSubject } from '../reference/items/items-subject.js';

const SCHEMA = JSON.parse(readFileSync(path.join(__dirname, '..', '..', 'report.schema.json'), 'utf8')) as object;

describe('the report of a plugin that breaks a rule', () => {
  let report: Report;
  beforeAll(async () => {
    report = await conformance(itemsSubject(MUTANTS['ACC-06']?.plugin), {
      only: ['MAN-01', 'BAS-01', 'ACC-06', 'CFG-06'],
      seed: 7,
      module: './subject.js',
    }).run();
  });

  test('says so in one line, with the checks that did not pass', () => {
    expect(report.isConformant).toBe(false);
    expect(report.verdict).toBe(
      'items 1.2.0 — contract ^1.0 — full: 4 of 99 checks, not passed, 1 MUST failed: ACC-06 (3 passed, 0 not declared)',
    );
  });

  test('of a subject in error gives no verdict, and does not count what that blocked as failed', () => {
    const checks = report.checks.map((check, index) => ({
      ...check,
      outcome: index === 1 ? ('error' as const) : index > 1 ? ('blocked' as const) : check.outcome,
    }));

    expect(verdictOf({ ...report, checks, checksInProfile: checks.length }).verdict).toBe(
      'items 1.2.0 — contract ^1.0 — full: no verdict, the subject is in error: CFG-06, 2 blocked (1 passed, 0 not declared)',
    );
  });

  test('of a subject in error is not conformant, at whatever level the check is', () => {
    const checks = report.checks.map((check) => ({ ...check, level: 'SHOULD' as const, outcome: 'error' as const }));

    expect(verdictOf({ ...report, checks, checksInProfile: checks.length }).isConformant).toBe(false);
  });

  test('names the MUSTs that are unproven beside the verdict, against which they do not count', () => {
    const checks = report.checks.map((check, index) => ({
      ...check,
      outcome: index < 2 ? ('unproven' as const) : ('pass' as const),
      level: index === 1 ? ('SHOULD' as const) : ('MUST' as const),
    }));

    expect(verdictOf({ ...report, checks, checksInProfile: checks.length })).toMatchObject({
      isConformant: true,
      unprovenMusts: [checks[0]?.id],
      verdict: expect.stringContaining(`conformant, 1 MUST unproven: ${checks[0]?.id} `),
    });
  });

  test('keeps to its published schema', () => {
    const validate = new Ajv2020({ strict: true }).compile(SCHEMA);

    expect(validate(JSON.parse(JSON.stringify(report))) ? [] : validate.errors).toEqual([]);
  });

  test('has a card with what was done, the last events, and how to repeat it', () => {
    const failed = report.checks.find(({ outcome }) => outcome === 'fail');
    if (failed === undefined) throw new Error('no check failed');

    const text = failureCardText(failed, report.seed);

    expect(text).toMatch(
      /^FAIL {2}ACC-06 {2}MUST {2}Each result belongs to its document {3}operation: create {3}seed 7\n/,
    );
    expect(text).toMatch(/last {5}\S.*result k\d+ /s);
    expect(text).toContain('again    npx connector-conform ./subject.js --only ACC-06 --seed 7');
  });

  test('is well-formed JUnit with one failure', async () => {
    const { validateXML } = await import('xmllint-wasm');
    const xml = reportAsJunit(report);

    const { rawOutput } = await validateXML({
      xml: [{ fileName: 'junit.xml', contents: xml }],
      extension: 'schema',
      schema: [{ fileName: 'any.xsd', contents: ANYTHING }],
    });

    expect(rawOutput).not.toMatch(/parser error/);
    expect(xml.match(/<failure /g)).toHaveLength(1);
    expect(xml.match(/<testcase /g)).toHaveLength(4);
  });

  test('is one page of HTML with the verdict first, that fetches nothing', () => {
    const html = reportAsHtml(report);

    expect(html.indexOf('not passed')).toBeLessThan(html.indexOf('<main>'));
    expect(html.match(/class="check"/g)).toHaveLength(4);
    expect(html).not.toMatch(/src=|href="(?!#)/);
  });

  test('escapes what a service said', () => {
    const [first, ...others] = report.checks;
    if (first === undefined) throw new Error('no check');
    const hostile: Report = {
      ...report,
      checks: [{ ...first, outcome: 'error', reason: '<script>alert(1)</script>\u0000' }, ...others],
    };

    expect(reportAsHtml(hostile)).not.toContain('<script>alert');
    expect(reportAsJunit(hostile)).toContain('&lt;script&gt;alert(1)&lt;/script&gt;\uFFFD');
  });
});

describe('no report says a secret', () => {
  const textsOf = (report: Report) => [
    JSON.stringify(report),
    reportAsHtml(report),
    reportAsJunit(report),
    ...report.checks.map((check) => failureCardText(check, report.seed)),
  ];

  test('that the plugin throws', async () => {
    const passwords: string[] = [];
    const telling = likeParent(
      class extends ItemsSession {
        override async open(context: CallContext): Promise<void> {
          await super.open(context);
          passwords.push((this.properties['password'] as Secret).reveal());
          throw new Error(`no entry for ${passwords.at(-1)}`);
        }
      },
    );

    const report = await conformance(itemsSubject(withSession(telling).plugin), { only: ['BAS-01'] }).run();

    expect(report.checks[0]?.reason).toContain('no entry for');
    expect(passwords.length).toBeGreaterThan(0);
    for (const password of passwords) for (const text of textsOf(report)) expect(text).not.toContain(password);
  });

  test('of a session, nor one in capitals of hex', async () => {
    const tokens: string[] = [];
    const hex: string[] = [];
    const telling = likeParent(
      class extends ItemsClient {
        override async send(request: ItemsRequest, context: CallContext): Promise<HttpResponse> {
          await super.send(request, context);
          const password = (this.properties['password'] as Secret).reveal();
          tokens.push(this.token());
          hex.push(Buffer.from(password).toString('hex').toUpperCase());
          throw new Error(`no entry for ${tokens.at(-1)} and ${hex.at(-1)}`);
        }
      },
    );

    const report = await conformance(itemsSubject(withClient(telling).plugin), { only: ['BAS-01'] }).run();

    expect(report.checks[0]?.reason).toContain('no entry for');
    expect(tokens.length).toBeGreaterThan(0);
    for (const secret of [...tokens, ...hex]) for (const text of textsOf(report)) expect(text).not.toContain(secret);
  });

  test('that the plugin puts into an address', async () => {
    const canaries: string[] = [];
    const subject = itemsSubject(MUTANTS['SEC-01']?.plugin);
    const start = async (options: { readonly seed: number }) => {
      const fixture = await subject.start(options);
      const acceptCredentials = (credentials: Readonly<Record<string, string>>) => {
        canaries.push(...Object.values(credentials));
        fixture.acceptCredentials(credentials);
      };
      return { ...fixture, acceptCredentials };
    };

    const report = await conformance({ ...subject, start }, { only: ['SEC-01'] }).run();

    expect(report.checks[0]).toMatchObject({ outcome: 'fail' });
    expect(canaries.length).toBeGreaterThan(0);
    for (const canary of canaries)
      for (const text of textsOf(report)) {
        expect(text).not.toContain(canary);
        expect(text).not.toContain(encodeURIComponent(canary));
      }
  });
});

const ANYTHING = '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="none"/></xs:schema>';
