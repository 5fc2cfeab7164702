import { UsageError } from '../exit-codes.js';
import { type InputDocuments, inputDocuments } from '../input-documents.js';
import { type RunOptions, runOperation } from '../operation-run.js';

/** `connector run`: documents in, events out. */
export function run(file: string, options: RunOptions): Promise<number> {
  const { input = '-' } = options;
  return runOperation(file, options, {
    kind: 'execute',
    reads: [{ name: `--input ${input}`, path: input }],
    input: (isRead) => inputOf(options.input, isRead),
  });
}

async function inputOf(named: string | undefined, isRead: boolean): Promise<InputDocuments | undefined> {
  if (named !== undefined) return inputDocuments(named);
  if (isRead) return undefined;
  if (process.stdin.isTTY === true) throw new UsageError('no --input, and stdin is a terminal');
  return inputDocuments('-');
}
