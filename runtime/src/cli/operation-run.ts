import path from 'node:path';
import type { Documents } from '../execution/document-input.js';
import type { ExecutionSummary } from '../execution/execution.js';
import { CheckpointFile } from './checkpoint-file.js';
import { parseDurationMs } from './duration.js';
import { EXIT, exitCodeOfInfo, UsageError } from './exit-codes.js';
import { type NamedPath, refuseConflicts } from './file-conflicts.js';
import { RESULTS_FILE } from './folder-sink.js';
import { CommandHost, type CommonOptions } from './host.js';
import type { InputDocuments } from './input-documents.js';
import { interruptible } from './interrupt.js';
import { openSink } from './open-sink.js';
import { mustGive, type OutputFormat } from './output-format.js';
import type { OutputLost } from './output-stream.js';
import { Progress } from './progress.js';
import { RunOutput } from './run-output.js';
import { Unsuccessful } from './unsuccessful.js';

export interface RunOptions extends CommonOptions {
  readonly connection?: string;
  readonly input?: string;
  readonly output?: string;
  readonly outputFormat?: OutputFormat;
  readonly checkpoint?: string;
  readonly deadline?: string;
}

const CHECKPOINT_KEPT =
  'the checkpoint stays, for what became of some documents is unknown: the same line again goes on from there; connector reconcile asks about them';

/** Of files that are left out. */
const MAX_NAMES = 20;

/** How a command runs an operation. */
export interface OperationRun {
  readonly kind: 'execute' | 'reconcile';
  /** Files that it reads beside the components. */
  readonly reads: readonly NamedPath[];
  /** `undefined`: an operation that reads runs once, on an empty document. */
  input(isRead: boolean): Promise<InputDocuments | undefined>;
}

/** Runs the operation of a component: documents in, events out, what people must know on stderr. Gives the exit code. */
export async function runOperation(file: string, options: RunOptions, how: OperationRun): Promise<number> {
  const output = options.output ?? '-';
  if (options.checkpoint !== undefined && output === '-')
    throw new UsageError('--checkpoint needs --output with a file or folder');
  const deadline = options.deadline === undefined ? {} : { deadlineMs: parseDurationMs(options.deadline) };
  return CommandHost.use(options, async (host) => {
    const named = options.connection === undefined ? {} : { connection: options.connection };
    const { component, descriptor } = await host.operation(file, named);
    const connectionFile = options.connection ?? component.connection;
    if (connectionFile === undefined) throw new UsageError(`${file} names no connection, and there is no --connection`);
    const connection = await host.connect(connectionFile);
    const format = options.outputFormat ?? 'ndjson';
    const { operation, objectType, properties } = component;
    const configured = connection.descriptorOf({ operation, properties });
    mustGive(configured, format);
    const components = [
      { name: `the operation ${file}`, path: file },
      { name: `the connection ${connectionFile}`, path: connectionFile },
    ];
    const input = await how.input(descriptor.effect === 'read');
    try {
      const reads = [...how.reads, ...components, ...(input?.links ?? [])];
      await refuseConflicts(reads, writtenPaths(output, options.checkpoint));
      if (options.checkpoint !== undefined && !configured.resumable)
        throw new UsageError(`--checkpoint: ${operation}, as ${file} configures it, gives none`);
      const checkpoint = options.checkpoint === undefined ? undefined : await CheckpointFile.read(options.checkpoint);
      if (options.quiet !== true) tell(host, leftOutLines(input?.leftOut ?? []));
      const request = { operation, properties, ...(objectType === undefined ? {} : { objectType }) };
      let hasOpened = false;
      host.runtime.events.on('connectionOpened', () => {
        hasOpened = true;
      });
      const unsuccessful = new Unsuccessful(host.shown, checkpoint?.before);
      const summary = await interruptible(async (signal) => {
        const leaving = new AbortController();
        const stop = AbortSignal.any([signal, leaving.signal]);
        const resume = checkpoint?.resumeFrom === undefined ? {} : { resumeFrom: checkpoint.resumeFrom };
        const execution = connection[how.kind](request, input?.documents as Documents, {
          signal: stop,
          ...deadline,
          ...resume,
        });
        const sink = await openSink(output, format, checkpoint?.outputAt, unsuccessful);
        const written = new RunOutput(sink, checkpoint, () => leaving.abort(), unsuccessful);
        const progress = new Progress(operation, input, options.quiet === true);
        try {
          for await (const events of execution.batches()) {
            progress.count(events);
            unsuccessful.count(events);
            await written.write(events);
          }
        } finally {
          progress.end();
        }
        const judged = await finish(await execution.summary, input, written, unsuccessful);
        if (sink.note !== undefined && options.quiet !== true) tell(host, [sink.note]);
        if (written.keepsCheckpoint && options.quiet !== true) tell(host, [CHECKPOINT_KEPT]);
        tell(host, reportLines(judged, unsuccessful, written.lost, options));
        return judged;
      });
      return exitCodeOfRun(summary, hasOpened, unsuccessful.total > 0);
    } finally {
      await input?.close();
    }
  });
}

/** Lines on stderr; ids, names and messages come from outside. */
function tell(host: CommandHost, lines: readonly string[]): void {
  process.stderr.write(lines.map((line) => `${host.shown(line)}\n`).join(''));
}

function writtenPaths(output: string, checkpoint: string | undefined): readonly NamedPath[] {
  const named = [
    { name: `--output ${output}`, path: output },
    { name: `--output ${output}`, path: path.join(output, RESULTS_FILE) },
  ];
  return checkpoint === undefined ? named : [...named, { name: `--checkpoint ${checkpoint}`, path: checkpoint }];
}

/** What of an input folder is not sent. */
function leftOutLines(names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  const shown = names.slice(0, MAX_NAMES).map((name) => JSON.stringify(name));
  const more = names.length > MAX_NAMES ? `, and ${names.length - MAX_NAMES} more` : '';
  return [`left out of the input, as no documents: ${names.length} (${shown.join(', ')}${more})`];
}

/** Another run's output that was cut short, or was not complete itself, leaves this run not complete; so do bodies that could not be read, and output that could not be written. */
async function finish(
  summary: ExecutionSummary,
  input: InputDocuments | undefined,
  written: RunOutput,
  unsuccessful: Unsuccessful,
): Promise<ExecutionSummary> {
  const isInputWhole = input === undefined || !input.seen.isRunOutput || input.seen.endsComplete;
  const judged = isInputWhole && unsuccessful.lostBodies === 0 ? summary : { ...summary, complete: false };
  await written.end(judged);
  return written.lost === undefined ? judged : { ...judged, complete: false };
}

/** What people must know that stdout does not tell, or that may not have reached it. */
function reportLines(
  summary: ExecutionSummary,
  unsuccessful: Unsuccessful,
  lost: OutputLost | undefined,
  options: RunOptions,
): readonly string[] {
  const { error, counts, outputs, complete } = summary;
  const hasFailed = lost !== undefined && !lost.isClosed;
  const holdsResults = (options.outputFormat ?? 'ndjson') === 'ndjson' && lost === undefined;
  const lines: string[] = [];
  if (hasFailed)
    lines.push(`${lost.code}: ${lost.message}; the run was stopped, and its last results are not in the output`);
  if (!holdsResults || (options.output ?? '-') !== '-') lines.push(...unsuccessful.lines());
  if (unsuccessful.lostBodies > 0) lines.push(`bodies that are not in the output: ${unsuccessful.lostBodies}`);
  // A run whose output was lost is cancelled for no other reason.
  if (error !== undefined && !(lost !== undefined && error.category === 'cancelled'))
    lines.push(`${error.code}: ${error.message}`);
  if (hasFailed || (!holdsResults && options.quiet !== true)) lines.push(JSON.stringify({ counts, outputs, complete }));
  return lines;
}

/** The first that applies, in the order of {@link EXIT}. */
function exitCodeOfRun(summary: ExecutionSummary, hasOpened: boolean, hasUnsuccessful: boolean): number {
  const { error, counts } = summary;
  if (error?.category === 'internal' || error?.category === 'contract') return EXIT.BUG;
  if (error !== undefined && counts.success === 0 && exitCodeOfInfo(error) === EXIT.USAGE) return EXIT.USAGE;
  if (error !== undefined && !hasOpened && error.category !== 'cancelled') return EXIT.NOT_CONNECTED;
  if (!summary.complete) return EXIT.INCOMPLETE;
  return hasUnsuccessful ? EXIT.NOT_ALL_SUCCESS : EXIT.OK;
}
