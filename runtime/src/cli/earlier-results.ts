import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Json } from '@connector-runtime/core';
import type { DocumentInput, FiniteDocuments, RefusedInput } from '../execution/document-input.js';
import { UsageError } from './exit-codes.js';

/** What an earlier run's NDJSON says became of its documents. */
export class EarlierResults {
  /** Receipts by id; `undefined` where the result had none. */
  private readonly left = new Map<string, Json | undefined>();
  private readonly settled = new Set<string>();
  /** Did the run come to its end? */
  hasSummary = false;

  /** Reads the output of a run; a last line that is not whole, as of a process that was killed, is passed over. */
  static async read(file: string): Promise<EarlierResults> {
    if ((await stat(file).catch(() => undefined))?.isFile() !== true) throw new UsageError(`${file}: no such file`);
    const results = new EarlierResults();
    for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY }))
      results.note(line);
    return results;
  }

  /** The documents that ended `unknown`, by their receipts. */
  unknown(): readonly DocumentInput[] {
    return [...this.left].map(([id, receipt]) => ({ id, body: '', ...(receipt === undefined ? {} : { receipt }) }));
  }

  /** Of these documents those that ended `unknown`, with their receipts, and those without a result. */
  unsettledOf(
    documents: Iterable<DocumentInput | RefusedInput> | AsyncIterable<DocumentInput | RefusedInput>,
  ): FiniteDocuments {
    const open = async function* (this: EarlierResults) {
      for await (const document of documents) {
        const id = 'refused' in document ? document.id : (document.id ?? document.place);
        if (id === undefined || this.settled.has(id) || 'refused' in document) continue;
        const receipt = this.left.get(id);
        yield { ...document, id, ...(receipt === undefined ? {} : { receipt }) };
      }
    };
    return Object.assign(open.call(this), { finite: true as const });
  }

  private note(line: string): void {
    const result = parsed(line);
    if (result?.['type'] === 'summary') this.hasSummary = true;
    if (result?.['type'] !== 'result' || !Array.isArray(result['inputs'])) return;
    for (const id of result['inputs']) {
      if (typeof id !== 'string') continue;
      if (result['status'] === 'unknown') this.left.set(id, result['receipt']);
      else {
        this.settled.add(id);
        this.left.delete(id);
      }
    }
  }
}

function parsed(line: string): Readonly<Record<string, Json>> | undefined {
  try {
    const value = JSON.parse(line) as Json;
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, Json>>)
      : undefined;
  } catch {
    return undefined;
  }
}
