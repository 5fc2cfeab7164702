import type { Body, Json, OutputEvent, ResultEvent } from '@connector-runtime/core';
import type { Ran, RunningOrg } from '../../running-org.js';

/** Properties by which little is waited. */
export const POLLING = { pollInitialMs: 10, pollMaxMs: 20 };

/** A document of csvBulk. */
export type Content = string | Uint8Array;

/** What a run of csvBulk came to, with the texts of its outputs. */
export interface CsvRan extends Ran {
  readonly texts: readonly string[];
}

/** Runs csvBulk over documents, for invoices unless told otherwise. */
export async function runCsvBulk(
  world: RunningOrg,
  properties: object,
  ...documents: readonly Content[]
): Promise<CsvRan> {
  const connection = await world.connect();
  const own = { ...POLLING, object: 'Invoice__c', ...properties } as Json;
  const execution = connection.execute(
    { operation: 'csvBulk', properties: own },
    documents.map((body) => ({ body })),
  );
  const results: ResultEvent[] = [];
  const outputs: OutputEvent[] = [];
  const texts: string[] = [];
  for await (const event of execution) {
    if (event.type === 'result') results.push(event);
    if (event.type !== 'output') continue;
    outputs.push(event);
    texts.push(await (event.body as Body).text(1_000_000));
  }
  return { results, outputs, texts, summary: await execution.summary };
}
