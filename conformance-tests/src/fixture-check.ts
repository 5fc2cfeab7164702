import { isDeepStrictEqual } from 'node:util';
import type { Json, JsonSchema } from '@connector-runtime/core';
import { expectThat, SubjectError } from './findings.js';
import { pointerStep, valueAt } from './json-pointer.js';
import type { SentRequest } from './lent/lent-transport.js';
import { documentsOf } from './samples.js';
import { compileSchema } from './schema-compiler.js';
import type { LedgerEntry, Sample, SeenRequest } from './subject.js';
import type { RunOutcome, Trial } from './trial.js';
import type { TriedOperation } from './tried-operation.js';

/** Enough to see whether keys differ. */
const SAMPLES = 3;
const SHOWN_REQUESTS = 5;
/** Answers that speak of the session, and not of a document. */
const SESSION_REFUSED: readonly number[] = [401, 403];

/** Throws a `SubjectError` where the fixture contradicts itself or the manifest. Nothing is sent. */
export async function expectSoundFixture(trial: Trial): Promise<void> {
  const { fixture, plugin } = trial;
  const { valid, wrongCredential, unreachable } = fixture.connections;
  const [entry] = await fixture.ledger();
  if (entry !== undefined)
    throw new SubjectError(
      `the ledger of a service that has just started tells of ${entry.key}; \`start\` must give a fresh service, and \`ledger\` only what was sent to it`,
    );
  for (const [name, other] of Object.entries({ wrongCredential, unreachable }))
    if (other !== undefined && isDeepStrictEqual(other, valid))
      throw new SubjectError(`connections.${name} is the same as connections.valid; change what its name says`);
  for (const { name, properties } of fixture.connections.invalid)
    if (isDeepStrictEqual(properties, valid))
      throw new SubjectError(
        `connections.invalid "${name}" is the same as connections.valid; change what its name says`,
      );
  for (const pointer of fixture.secrets)
    if (typeof valueAt(valid, pointer) !== 'string')
      throw new SubjectError(`\`secrets\` names ${pointer}, and connections.valid has no text there`);
  const { properties } = plugin.manifest.connection;
  expectFits(valid, properties, 'connections.valid');
  for (const pointer of markedSecrets(properties, valid))
    if (!fixture.secrets.includes(pointer) && trial.subject.notSecret?.includes(pointer) !== true)
      throw new SubjectError(
        `the schema marks ${pointer} as a secret, and \`secrets\` does not name it; name it there, or list it under \`notSecret\` of the subject where it is none`,
      );
  for (const { key, descriptor, fixture: own } of trial.operations()) {
    expectFits(own.properties, descriptor.properties, `\`properties\` of the fixture of ${key}`);
    own.good(SAMPLES);
    own.bad?.(SAMPLES);
  }
}

/** Throws a `SubjectError` where a service is not the fixture's own, or does not end; told by what the service answers, not by what the plugin says. */
export async function expectOwnService(trial: Trial): Promise<void> {
  const other = await trial.again();
  const [entry] = await other.fixture.ledger();
  if (entry !== undefined)
    throw new SubjectError(
      `the ledger of a second service tells of ${entry.key}, which was sent to the first; \`start\` must give each check a service of its own`,
    );
  await other.stop();
  const before = trial.sent.length;
  const arrived = other.traffic.requests.length;
  const connection = await trial.connect({ properties: other.fixture.connections.valid });
  await connection.test();
  const answered =
    trial.sent.slice(before).find(({ status }) => status !== undefined) ?? other.traffic.requests[arrived];
  if (answered !== undefined)
    throw new SubjectError(
      `the service still answers ${answered.method} ${answered.path.split('?')[0]} after \`stop\`; it must end the service`,
    );
}

/** Throws a `SubjectError` where the service applies a document that it should refuse. */
export async function expectBadRefused(trial: Trial): Promise<void> {
  const connection = await trial.connect();
  for (const operation of trial.writes()) {
    const [sample] = operation.fixture.bad?.(1) ?? [];
    if (sample === undefined) continue;
    const { outcome, applied } = await tryOne(trial, connection, operation, sample);
    // Were it not in the ledger, or not called a success, the plugin would have said what is not so.
    if (outcome.summary.counts.success === 1 && applied.some(({ key }) => key === sample.key))
      throw new SubjectError(
        `the service applies ${sample.key}, a document of bad(1) of ${operation.key}: \`bad\` must give what the service refuses, or the plugin has made it good on the way`,
      );
  }
}

/** Throws a `SubjectError` where `isWrite` names a request that the service answered with success, and nothing was applied. Of a plugin with sockets of its own nobody knows. */
export async function expectEffects(trial: Trial, did: string): Promise<void> {
  if (trial.hasOwnSockets || (await trial.fixture.ledger()).length > 0) return;
  for (const { key, fixture } of trial.operations()) {
    const named = trial.sent.find((request) => isSuccess(request) && fixture.isWrite(request));
    if (named !== undefined)
      throw new SubjectError(
        `\`isWrite\` of ${key} names ${named.method} ${named.path.split('?')[0]}, which was answered with success after ${did}, and the ledger is empty: it must name only requests with an effect on documents; or \`ledger\` does not tell of it`,
      );
  }
}

function isSuccess({ status = 0 }: SentRequest): boolean {
  return status >= 200 && status < 300;
}

/** Fails unless the operation takes a good document over the connection, whose configuration is named; throws a `SubjectError` where plugin and service agree that it is none, or where the ledger knows other than what was sent. */
export async function expectGoodTaken(
  trial: Trial,
  connection: Awaited<ReturnType<Trial['connect']>>,
  operation: TriedOperation,
  configuration: string,
): Promise<void> {
  const [sample] = operation.fixture.good(1);
  if (sample === undefined) return;
  const did = `${operation.key} with one good document and ${configuration}`;
  const tried = await tryOne(trial, connection, operation, sample);
  const { results, summary } = tried.outcome;
  if (isRefusedByAll(trial, operation, sample, tried))
    throw new SubjectError(
      `the service refuses ${sample.key}, a document of good(1) of ${operation.key} (${results[0]?.error?.code ?? results[0]?.code}) over ${configuration}: \`good\` must give what the service applies, or the plugin sends something else`,
    );
  const statuses = results.map(({ status, error }) =>
    error === undefined ? status : `${error.code}: ${error.message}`,
  );
  expectThat(summary.counts.success === 1, 'one success', { statuses, error: summary.error }, did);
  if (operation.descriptor.effect !== 'read') expectToldByLedger(trial, operation, sample, tried, did);
}

/** A document, what was sent for it, and what the ledger then had more. */
interface Tried {
  readonly outcome: RunOutcome;
  readonly sent: readonly SeenRequest[];
  readonly applied: readonly LedgerEntry[];
}

async function tryOne(
  trial: Trial,
  connection: Awaited<ReturnType<Trial['connect']>>,
  operation: TriedOperation,
  sample: Sample,
): Promise<Tried> {
  // Without a gate, what a plugin with sockets of its own sends is not known.
  const { requests } = trial.traffic;
  const before = { sent: requests.length, applied: (await trial.fixture.ledger()).length };
  const outcome = await trial.run(connection, operation, documentsOf([sample]));
  return {
    outcome,
    sent: requests.slice(before.sent),
    applied: (await trial.fixture.ledger()).slice(before.applied),
  };
}

/** The plugin says that the service refuses it, the service was asked, and the ledger agrees: which of them spoils it nobody can tell from here. */
function isRefusedByAll(trial: Trial, { descriptor, fixture }: TriedOperation, sample: Sample, tried: Tried): boolean {
  const [result] = tried.outcome.results;
  if (result?.status !== 'applicationError' || tried.applied.some(({ key }) => key === sample.key)) return false;
  if (trial.hasOwnSockets) return true;
  return (tried.sent as readonly SentRequest[]).some(
    (request) =>
      request.status !== undefined &&
      !SESSION_REFUSED.includes(request.status) &&
      (descriptor.effect === 'read' || fixture.isWrite(request)),
  );
}

/** The ledger has exactly the document's entry, after a request with an effect. */
function expectToldByLedger(
  trial: Trial,
  { key, fixture }: TriedOperation,
  sample: Sample,
  tried: Tried,
  did: string,
): void {
  const { sent, applied } = tried;
  const isKnown = !trial.hasOwnSockets || sent.length > 0;
  expectThat(!isKnown || sent.length > 0, 'a request for it', 'none, and success', did, key);
  const has = applied.some((entry) => entry.key === sample.key);
  if (!has)
    throw new SubjectError(
      `the plugin says success of ${sample.key}, a document of good(1) of ${key}, and the ledger has no entry under that key (${keysOf(applied)}): \`ledger\` must tell all that the service applied, by the keys of the samples, or the plugin says what is not so`,
    );
  if (isKnown && !sent.some((request) => fixture.isWrite(request)))
    throw new SubjectError(
      `the ledger has ${sample.key}, a document of good(1) of ${key}, and \`isWrite\` says of none of the requests (${shownRequests(sent)}) that it has an effect; or the plugin sends it elsewhere than it should`,
    );
  const times = applied.reduce((sum, entry) => sum + (entry.key === sample.key ? entry.times : 0), 0);
  if (isKnown && times !== 1 && sent.filter((request) => fixture.isWrite(request)).length === 1)
    throw new SubjectError(
      `the ledger says that ${sample.key}, a document of good(1) of ${key}, was applied ${times} times, and one request with an effect was sent: \`times\` must count what the service applied, or the request holds it more than once`,
    );
  const foreign = applied.find(
    (entry) => entry.key !== sample.key && !sent.some((request) => names(request, entry.key)),
  );
  if (foreign !== undefined)
    throw new SubjectError(
      `after one good document of ${key} the ledger also tells of ${foreign.key}, which no request names: \`ledger\` must tell only what the service applied, or the plugin writes more than it is given`,
    );
}

function shownRequests(sent: readonly SeenRequest[]): string {
  const shown = sent.slice(-SHOWN_REQUESTS).map(({ method, path }) => `${method} ${path.split('?')[0]}`);
  return sent.length > SHOWN_REQUESTS ? `… ${shown.join(', ')}` : shown.join(', ');
}

function keysOf(entries: readonly LedgerEntry[]): string {
  return entries.length === 0 ? 'nor any other' : `but of ${entries.map(({ key }) => key).join(', ')}`;
}

function names({ path, body }: SeenRequest, key: string): boolean {
  return decodeURIComponent(path).includes(key) || Buffer.from(body).includes(key);
}

/** Pointers of the texts in a value that its schema marks as secrets, at every depth of named properties. */
function* markedSecrets(schema: JsonSchema, value: unknown, root = schema, at = ''): Generator<string> {
  const { writeOnly, format, $ref, allOf = [], properties = {} } = schema;
  if (typeof value === 'string' && value !== '' && (writeOnly === true || format === 'password')) yield at;
  const others = allOf as readonly JsonSchema[];
  const referred = typeof $ref === 'string' && $ref.startsWith('#/') ? valueAt(root, $ref.slice(1)) : undefined;
  for (const other of referred === undefined ? others : [...others, referred as JsonSchema])
    yield* markedSecrets(other, value, root, at);
  if (typeof value !== 'object' || value === null) return;
  for (const [name, property] of Object.entries(properties as Readonly<Record<string, JsonSchema>>)) {
    const own = (value as Readonly<Record<string, unknown>>)[name];
    yield* markedSecrets(property, own, root, `${at}${pointerStep(name)}`);
  }
}

function expectFits(properties: Json, schema: Parameters<typeof compileSchema>[0], what: string): void {
  const problem = compileSchema(schema)(structuredClone(properties));
  if (problem !== undefined)
    throw new SubjectError(`${what} does not fit its schema (${problem}); change it, or the schema if that is wrong`);
}
