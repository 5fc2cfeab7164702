import { EarlierResults } from '../earlier-results.js';
import { type InputDocuments, inputDocuments } from '../input-documents.js';
import { type RunOptions, runOperation } from '../operation-run.js';

export type ReconcileOptions = Pick<RunOptions, 'connection' | 'input' | 'output' | 'deadline' | 'quiet' | 'plugin'>;

/**
 * `connector reconcile`: asks the service what became of the documents that a run left unsettled, and writes their results.
 * `earlier` is that run's output. With `--input`, the documents themselves: also those settle then that have no result, because the process died.
 */
export function reconcile(file: string, earlier: string, options: ReconcileOptions): Promise<number> {
  const input = options.input === undefined ? [] : [{ name: `--input ${options.input}`, path: options.input }];
  return runOperation(file, options, {
    kind: 'reconcile',
    reads: [{ name: `the output ${earlier}`, path: earlier }, ...input],
    input: async () => unsettled(await EarlierResults.read(earlier), earlier, options),
  });
}

async function unsettled(
  earlier: EarlierResults,
  file: string,
  { input, quiet }: ReconcileOptions,
): Promise<InputDocuments> {
  if (input === undefined) {
    // Not complete: a killed run has documents that its output does not name.
    const seen = { readBytes: 0, isRunOutput: true, endsComplete: earlier.hasSummary };
    if (!earlier.hasSummary && quiet !== true)
      process.stderr.write(
        `${JSON.stringify(file)} ends without a summary: documents without a result are asked about only with --input\n`,
      );
    return { documents: earlier.unknown(), seen, total: earlier.unknown().length, close: async () => undefined };
  }
  const given = await inputDocuments(input);
  const { total: _, ...others } = given;
  return { ...others, documents: earlier.unsettledOf(given.documents) };
}
