import {
  type CallContext,
  ConnectorError,
  type Document,
  type Events,
  type ExecutionContext,
  inject,
  injectable,
  type Json,
  type Operation,
  type OperationEvent,
} from '@connector-runtime/core';
import { LinesClient } from './lines-client.js';
import { keyIn, linesOf, targetOf } from './lines-entry.js';
import { nameIn, unexpectedAnswer } from './lines-refusal.js';
import type { Statement } from './lines-wire.js';

/** Asked for at once. */
export const PAGE_ROWS = 10;
const FIRST_POLL_MS = 200;
const LONGEST_POLL_MS = 120_000;

interface Page {
  readonly lines: readonly string[];
  /** The key of its last entry, where there may be more. */
  readonly next: string | undefined;
}

/** Reads every entry in the order of keys, for each document once; resumes behind the last page that was handed on, whatever was written meanwhile. */
@injectable()
export class ReadEntries implements Operation {
  constructor(@inject(LinesClient) protected readonly client: LinesClient) {}

  async *execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
    const resumed = resumedState(context.resumeFrom);
    for await (const { id } of documents) {
      const after = resumed?.document === id ? resumed.after : '';
      for await (const { lines, next } of this.pages(targetOf(context), after, context)) {
        const outputs = outputsOf(id, lines);
        yield next === undefined ? outputs : [...outputs, { type: 'checkpoint', state: { document: id, after: next } }];
      }
      yield { type: 'result', inputs: [id], status: 'success' };
    }
  }

  /** What lies behind a key: of a type, or of a snapshot. */
  protected async *pages(target: string, after: string, context: CallContext): AsyncGenerator<Page> {
    let from: string | undefined = after;
    while (from !== undefined) {
      const page: Page = await this.page(target, from, context);
      yield page;
      from = page.next;
    }
  }

  protected async page(target: string, after: string, context: CallContext): Promise<Page> {
    const payload = JSON.stringify({ after, rows: PAGE_ROWS });
    const statement: Statement = { verb: 'SCAN', target, payload, effect: 'none' };
    const { text } = await this.client.send(statement, context);
    const lines = linesOf(text);
    if (lines.length < PAGE_ROWS) return { lines, next: undefined };
    const next = keyIn(lines.at(-1) ?? '');
    if (next === undefined || next <= after) throw unexpectedAnswer(`the page behind ${after} leads back`, statement);
    return { lines, next };
  }
}

/** Reads the entries as they are at one moment: of a snapshot, which the service takes its time to make and which is dropped after the run. So it cannot be resumed. */
@injectable()
export class ReadSnapshot extends ReadEntries {
  constructor(@inject(LinesClient) client: LinesClient) {
    super(client);
  }

  override async *execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
    for await (const { id } of documents) {
      const begin: Statement = { verb: 'SNAPSHOT', target: targetOf(context), effect: 'repeatable' };
      const snapshot = nameIn(await this.client.send(begin, context), begin);
      try {
        await this.untilReady(snapshot, context);
        for await (const { lines } of this.pages(snapshot, '', context)) yield outputsOf(id, lines);
      } finally {
        await this.drop(snapshot, context);
      }
      yield { type: 'result', inputs: [id], status: 'success' };
    }
  }

  /** The longer it takes, the longer the pause. */
  protected pauseMs(polls: number, { clock }: CallContext): number {
    return Math.min(LONGEST_POLL_MS, FIRST_POLL_MS * 1.5 ** polls) * (1 + clock.random() / 4);
  }

  private async untilReady(snapshot: string, context: CallContext): Promise<void> {
    for (let polls = 0; ; polls += 1) {
      const { text } = await this.client.send({ verb: 'STATE', target: snapshot, effect: 'none' }, context);
      if (text === 'ready') return;
      await context.clock.sleep(this.pauseMs(polls, context), context.signal);
    }
  }

  /** Best effort, also where the run was aborted: nothing is left behind. */
  private async drop(snapshot: string, { cleanup }: ExecutionContext): Promise<void> {
    await this.client.send({ verb: 'DROP', target: snapshot, effect: 'repeatable' }, cleanup).catch(() => undefined);
  }
}

function outputsOf(id: string, lines: readonly string[]): readonly OperationEvent[] {
  return lines.map((body) => ({ type: 'output', inputs: [id], body }));
}

/** Throws where the state is none of ours: to begin anew in silence would repeat what the host has. */
function resumedState(state: Json | undefined): { readonly document: string; readonly after: string } | undefined {
  if (state === undefined) return undefined;
  const { document, after } = (typeof state === 'object' && state !== null ? state : {}) as Readonly<
    Record<string, Json>
  >;
  if (typeof document === 'string' && typeof after === 'string') return { document, after };
  throw new ConnectorError({
    category: 'config',
    code: 'CHECKPOINT_INVALID',
    message: 'the checkpoint is none of this operation',
    effect: 'none',
    retryable: false,
  });
}
