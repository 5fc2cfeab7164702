import { createInterface } from 'node:readline/promises';
import { ConnectorError } from '@connector-runtime/core';

/** What a person is asked. `problemIn` says why an answer cannot be taken; then it is asked again. */
export interface Question {
  readonly text: string;
  /** Taken where nothing is typed. */
  readonly byDefault: string;
  readonly problemIn: (answer: string) => string | undefined;
}

/** Where people are asked: questions are for people, so they stand on stderr. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

/** The terminal of this process; `undefined` where there is none. */
export function ownTerminal(): Terminal | undefined {
  const { stdin, stderr } = process;
  return stdin.isTTY === true && stderr.isTTY === true ? { input: stdin, output: stderr } : undefined;
}

/** Asks one question after another; their answers. Throws `CANCELLED` on Ctrl-C, and where the input ends. */
export async function ask(questions: readonly Question[], terminal: Terminal): Promise<readonly string[]> {
  const left = new AbortController();
  const lines = createInterface({ input: terminal.input, output: terminal.output });
  lines.once('SIGINT', () => left.abort()).once('close', () => left.abort());
  const answers: string[] = [];
  try {
    for (const { text, byDefault, problemIn } of questions) {
      for (;;) {
        const typed = (await lines.question(`${text} [${byDefault}] `, { signal: left.signal })).trim();
        const answer = typed === '' ? byDefault : typed;
        const problem = problemIn(answer);
        if (problem === undefined) {
          answers.push(answer);
          break;
        }
        terminal.output.write(`${problem}\n`);
      }
    }
    return answers;
  } catch (error) {
    if (!left.signal.aborted) throw error;
    const message = 'nothing was written';
    throw new ConnectorError(
      { category: 'cancelled', code: 'CANCELLED', message, effect: 'none', retryable: false },
      { cause: error },
    );
  } finally {
    lines.close();
  }
}
