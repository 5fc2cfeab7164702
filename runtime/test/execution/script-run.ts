import type { ResultEvent } from '@connector-runtime/core';
import { perDocument } from '@connector-runtime/core/authoring';
import {
  ConnectorRuntime,
  type Documents,
  type ExecutionOptions,
  type ExecutionSummary,
  type RuntimeConnection,
} from '@connector-runtime/runtime';
import { type Script, scriptedPlugin } from '../scripted-plugin.js';

type Changes = Parameters<typeof scriptedPlugin>[1];

interface ScriptRun {
  readonly results: readonly ResultEvent[];
  readonly summary: ExecutionSummary;
}

const runtimes: ConnectorRuntime[] = [];

/** Closes the runtimes that the tests of a file opened; to be called after each. */
export async function closeAll(): Promise<void> {
  for (const runtime of runtimes.splice(0)) await runtime.close();
}

export function closeLater(runtime: ConnectorRuntime): ConnectorRuntime {
  runtimes.push(runtime);
  return runtime;
}

export async function connect(script: Script, changes?: Changes): Promise<RuntimeConnection> {
  const runtime = closeLater(new ConnectorRuntime({ plugins: [scriptedPlugin(script, changes)] }));
  return runtime.connect({ plugin: 'scripted', properties: {} });
}

/** Runs a script to its end, as the operation `write` of a plugin with these changes. */
export async function run(
  script: Script,
  documents: Documents | undefined,
  changes?: Changes,
  options?: ExecutionOptions,
): Promise<ScriptRun> {
  const execution = (await connect(script, changes)).execute({ operation: 'write' }, documents, options);
  const results: ResultEvent[] = [];
  for await (const event of execution) if (event.type === 'result') results.push(event);
  return { results, summary: await execution.summary };
}

export function statusesOf(results: readonly ResultEvent[]): Record<string, string> {
  return Object.fromEntries(results.flatMap((result) => result.inputs.map((id) => [id, result.status])));
}

/** Succeeds with each document. */
export const accept: Script = (documents, context) =>
  perDocument(documents, context, async ({ id }) => ({ type: 'result', inputs: [id], status: 'success' }));

/** The documents `d1` to `d10`. */
export const ten = Array.from({ length: 10 }, (_, index) => ({ id: `d${index + 1}`, body: `text ${index + 1}` }));

export function total(summary: ExecutionSummary): number {
  return Object.values(summary.counts).reduce((sum, count) => sum + count, 0);
}

/** Makes the operation of a script a read. */
export const read = { descriptor: { effect: 'read' } } as const;
