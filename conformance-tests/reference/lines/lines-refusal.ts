import { ConnectorError, type ErrorCategory } from '@connector-runtime/core';
import { isWord } from './lines-frame.js';
import type { Answer, Statement } from './lines-wire.js';

/** The service's codes; what else it says is no code of the protocol. */
const CATEGORIES: Readonly<Record<string, ErrorCategory>> = {
  DENIED: 'auth',
  EXPIRED: 'auth',
  ABSENT: 'notFound',
  UNKNOWN_TYPE: 'notFound',
  FORBIDDEN: 'validation',
  TAKEN: 'conflict',
};

/** The error that an answer stands for, of a statement or of one entry in it. Nothing was applied, unless by an attempt before. */
export function refusal({ outcome, earlier }: Omit<Answer, 'text'>, statement: Statement): ConnectorError {
  const category = CATEGORIES[outcome];
  if (category === undefined) return unexpectedAnswer('the service gives an outcome that is none', statement);
  return new ConnectorError({
    category,
    code: `LINES_${outcome}`,
    message: `the service refuses ${statement.verb}: ${outcome}`,
    effect: earlier,
    retryable: false,
    step: statement.verb,
    service: { code: outcome },
  });
}

/** What the service names, to be a word of the statements about it. */
export function nameIn({ text }: Answer, statement: Statement): string {
  if (isWord(text)) return text;
  throw unexpectedAnswer('the service gives a name that is no word', statement);
}

/** For an answer that cannot be made sense of: it does not tell what of a write was applied. */
export function unexpectedAnswer(message: string, { verb, effect }: Statement): ConnectorError {
  return new ConnectorError({
    category: 'protocol',
    code: 'LINES_ANSWER_UNEXPECTED',
    message,
    effect: effect === 'none' ? 'none' : 'unknown',
    retryable: false,
    step: verb,
  });
}
