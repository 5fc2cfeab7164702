import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { Body, Content, Json } from '@connector-runtime/core';
import type { RuntimeConnection } from '@connector-runtime/runtime';

// #region outputs
/** The names of all accounts, as they come. */
export async function* accounts(connection: RuntimeConnection): AsyncGenerator<string> {
  const query = { operation: 'query', objectType: 'Account', properties: { fields: ['Id', 'Name'] } };
  const execution = connection.execute(query);
  for await (const event of execution) if (event.type === 'output') yield await textOf(event.body);
  const { counts, error } = await execution.summary;
  if (counts.success !== 1) throw new Error(`not all accounts were read: ${error?.message ?? 'see the result'}`);
}
// #endregion

// #region content
/** The four forms of a body that comes out. */
export async function textOf(content: Content): Promise<string> {
  if (typeof content === 'string') return content;
  if (content instanceof Uint8Array) return new TextDecoder().decode(content);
  return isBody(content) ? content.text(1_000_000) : JSON.stringify(content);
}

/** A `Body` has bytes to be read, everything else is at hand. */
export function isBody(content: Content): content is Body {
  return typeof content === 'object' && 'open' in content && typeof content.open === 'function';
}
// #endregion

// #region stream
/** Large outputs, straight into files: the service is read as fast as the disk takes it. */
export async function download(connection: RuntimeConnection, fileOf: (n: number) => string): Promise<number> {
  const execution = connection.execute({ operation: 'download' });
  let files = 0;
  for await (const event of execution) {
    if (event.type === 'output' && isBody(event.body))
      await pipeline(event.body.open(), createWriteStream(fileOf(files++)));
  }
  return (await execution.summary).counts.success === 1 ? files : 0;
}
// #endregion

// #region batches
/** Many small records: a page at a time. */
export async function loadNotes(connection: RuntimeConnection, insert: (rows: readonly Content[]) => Promise<void>) {
  const execution = connection.execute({ operation: 'list' });
  for await (const events of execution.batches())
    await insert(events.flatMap((event) => (event.type === 'output' ? [event.body] : [])));
  return (await execution.summary).counts.success === 1;
}
// #endregion

// #region resume
/** Where a copy is kept. */
export interface Target {
  /** That of the last commit; gone when the copy is whole. */
  checkpoint(): Promise<Json | undefined>;
  /** Rows and checkpoint in one transaction: both, or none. */
  commit(rows: readonly Content[], checkpoint: Json | undefined): Promise<void>;
}

/** Copies all notes; started again after a crash it goes on where it was. */
export async function copyNotes(connection: RuntimeConnection, target: Target): Promise<boolean> {
  const resumeFrom = await target.checkpoint();
  const options = resumeFrom === undefined ? {} : { resumeFrom };
  const execution = connection.execute({ operation: 'list' }, undefined, options);
  let rows: Content[] = [];
  for await (const event of execution) {
    if (event.type === 'output') rows.push(event.body);
    if (event.type !== 'checkpoint') continue;
    await target.commit(rows, event.state);
    rows = [];
  }
  const isWhole = (await execution.summary).counts.success === 1;
  if (isWhole) await target.commit(rows, undefined);
  return isWhole;
}
// #endregion
