import { isConnectorError } from '@connector-runtime/core';
import { issuesOf } from '../components/config-issue.js';
import { exitCodeOfError, UsageError } from './exit-codes.js';
import { ComponentFault } from './findings.js';
import { OutputLost } from './output-stream.js';

/** Says on stderr, without secrets and control characters, what ended a command; returns the exit code. */
export function reportError(error: unknown, redact: (text: string) => string): number {
  for (const line of linesOf(error)) process.stderr.write(`${redact(line)}\n`);
  return exitCodeOfError(error);
}

function linesOf(error: unknown): readonly string[] {
  if (error instanceof OutputLost) return error.isClosed ? [] : [`${error.code}: ${error.message}`];
  if (error instanceof ComponentFault) return error.lines;
  if (error instanceof UsageError) return [`connector: ${error.message}`];
  if (isConnectorError(error)) {
    const issues = issuesOf(error);
    const messages =
      issues.length > 0 ? issues.map(({ path, message }) => `${path || '/'}: ${message}`) : [error.message];
    return messages.map((message) => `${error.info.code}: ${message}`);
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `connector: a defect of this program: ${text}`.split('\n');
}
