import { expectThat } from './findings.js';
import type { Fault } from './lent/traffic.js';
import { documentsOf } from './samples.js';
import type { RunOutcome, Trial } from './trial.js';
import type { TriedOperation } from './tried-operation.js';

/** Documents of a write of which an answer is lost. */
export const LOST_DOCUMENTS = 12;

/** How an answer is lost, and how a card tells of it. */
export interface Loss {
  readonly fault: Fault;
  readonly told: string;
  /** Absent: as many as `LOST_DOCUMENTS`. */
  readonly documents?: number;
}

export const LOST: Loss = { fault: { kind: 'lose' }, told: 'was lost' };

/** Tried with the first write only. */
export const FURTHER_LOSSES: readonly Loss[] = [
  { fault: { kind: 'cut', at: 0 }, told: 'broke off' },
  { fault: { kind: 'hang' }, told: 'never came' },
  { fault: { kind: 'other body', body: '[]' }, told: 'was an empty list' },
  ...[500, 502, 504].map(
    (status): Loss => ({ fault: { kind: 'other body', status, body: '{}' }, told: `was ${status}` }),
  ),
  // As those before, but what a client may take for "not carried out".
  ...[408, 524].map(
    (status): Loss => ({
      fault: { kind: 'other body', status, body: '{}' },
      told: `was ${status}`,
      documents: 3,
    }),
  ),
];

/** Not applied. Tried where the answer alone tells what became of each document: elsewhere a plugin may go by the status. */
export const NOTHING_SAID: Loss = {
  fault: { kind: 'status', status: 200, headers: { 'content-type': 'application/json' }, body: '[]' },
  told: 'was an empty list, and nothing was applied',
};

/** As many as a request of the runtime's own client is attempted at the most. */
export const SHORT_REFUSALS = 5;

/** What befalls a run from its k-th request on. */
export interface Trouble {
  readonly fault: Fault;
  /** Requests that it meets; absent: all. */
  readonly requests?: number;
  readonly told: (k: number) => string;
}

export const AWAY: Trouble = { fault: { kind: 'refuse' }, told: (k) => `refusing requests from number ${k} on` };

/** After which a read could go on. */
export const SHORT_TROUBLES: readonly Trouble[] = [
  { fault: { kind: 'cut', at: 1 }, requests: 1, told: (k) => `the answer to request ${k} broke off` },
  {
    fault: { kind: 'refuse' },
    requests: SHORT_REFUSALS,
    told: (k) => `refusing ${SHORT_REFUSALS} requests from number ${k} on`,
  },
  {
    fault: { kind: 'status', status: 500 },
    requests: SHORT_REFUSALS,
    told: (k) => `answering ${SHORT_REFUSALS} requests from number ${k} on with 500`,
  },
];

/** Runs the operation into the trouble, over a service of its own, and fails unless each document has a result, and a read that says success every row once. Gives the requests that were sent, and the rows. */
export async function meetTrouble(
  trial: Trial,
  operation: TriedOperation,
  k: number,
  { fault, requests, told }: Trouble,
): Promise<{ readonly sent: number; readonly rows: number }> {
  const { trial: own, operation: tried } = await trial.forOperation(operation);
  const isRead = tried.descriptor.effect === 'read';
  const rows = isRead ? await own.seedRows(tried, 25) : [];
  if (requests === undefined) await own.fault(fault, { from: k });
  else for (let nth = 0; nth < requests; nth += 1) await own.fault(fault, k + nth);
  const samples = tried.fixture.good(requests === undefined ? 3 : 1);
  const connection = await own.connect();
  const { results, outputs } = await own.run(connection, tried, documentsOf(samples));
  const did = told(k);
  const open = results.filter(({ error }) => error?.code === 'RESULT_MISSING').flatMap(({ inputs }) => inputs);
  expectThat(
    open.length === 0,
    'a result for each document, or an error',
    `neither for ${open.join(', ')}`,
    did,
    tried.key,
  );
  if (isRead)
    for (const { key } of samples) {
      const given = outputs
        .filter(({ inputs }) => inputs.includes(key))
        .map((output) => tried.fixture.keyOf(output) ?? 'an output without a key');
      const isDone = results.some(({ inputs, status }) => status === 'success' && inputs.includes(key));
      const seen = `${given.length} outputs, ${new Set(given).size} keys, of ${rows.length}${isDone ? '; success' : ''}`;
      expectThat(new Set(given).size === given.length, 'no row twice', seen, did, tried.key);
      expectThat(!isDone || rows.every((row) => given.includes(row)), 'every row, or no success', seen, did, tried.key);
    }
  const sent = (await own.requests()).length;
  return { sent, rows: isRead ? outputs.length : 0 };
}

/** Runs documents, of which the answer to the request at this place is lost, over a service of its own, whose ledger then holds this run only; fails where the results say what it does not. */
export async function loseOne(
  trial: Trial,
  tried: TriedOperation,
  at: number,
  { fault, told, documents = LOST_DOCUMENTS }: Loss,
): Promise<void> {
  const { trial: own, operation } = await trial.forOperation(tried);
  const samples = operation.fixture.good(documents);
  const before = await own.ledger();
  await own.fault(fault, at);
  if (fault.kind === 'hang') own.clock.passLimits();
  const connection = await own.connect();
  const outcome = await own.run(connection, operation, documentsOf(samples));
  const after = await own.ledger();
  const timesOf = (key: string) => (after.get(key)?.times ?? 0) - (before.get(key)?.times ?? 0);
  const lies = denied(outcome).filter((key) => timesOf(key) > 0);
  const isApplied = fault.kind !== 'status';
  const did = `${documents} documents; the answer to request ${at}, a write, ${told}${isApplied ? ' after the service had applied it' : ''}`;
  expectThat(
    lies.length === 0,
    'success or unknown for what the service has applied',
    `${lies.join(', ')} said not to be`,
    did,
    operation.key,
  );
  const pretended = outcome.results
    .filter(({ status }) => status === 'success')
    .flatMap(({ inputs }) => inputs.filter((key) => timesOf(key) < 1));
  expectThat(
    pretended.length === 0,
    'success only for what is in the ledger',
    `success for ${pretended.join(', ')}`,
    did,
    operation.key,
  );
  const twice = samples.filter(({ key }) => timesOf(key) > 1).map(({ key }) => key);
  const { repeat, effect } = operation.descriptor;
  expectThat(
    twice.length === 0 || (repeat !== 'unsafe' && !(repeat === 'keyed' && effect === 'create')),
    'nothing applied twice',
    `${twice.join(', ')} was`,
    did,
    operation.key,
  );
}

/** Documents of which the run says that nothing was applied. */
function denied({ results }: RunOutcome): readonly string[] {
  return results
    .filter(({ status }) => status !== 'success' && status !== 'unknown')
    .flatMap((result) => result.inputs);
}
