import { LINE_ENDINGS, type LineEnding } from '../formats/csv-rows.js';
import { refusal, type ServiceError } from '../service-error.js';

/** Delimiters, by the names that jobs give them. */
const DELIMITERS = { COMMA: ',', BACKQUOTE: '`', CARET: '^', PIPE: '|', SEMICOLON: ';', TAB: '\t' } as const;
export type Delimiter = keyof typeof DELIMITERS;

/** Form of a job's CSV. */
export interface CsvSettings {
  readonly lineEnding: LineEnding;
  readonly columnDelimiter: Delimiter;
}

export const delimiterOf = ({ columnDelimiter }: CsvSettings): string => DELIMITERS[columnDelimiter];
export const lineEndOf = ({ lineEnding }: CsvSettings): string => LINE_ENDINGS[lineEnding];

/** The members of a request about a job, each text or null; unknown ones are refused. */
export class JobBody {
  readonly #members: ReadonlyMap<string, unknown>;

  constructor(body: unknown, known: readonly string[]) {
    if (typeof body !== 'object' || body === null || Array.isArray(body))
      throw refusal(400, 'JSON_PARSER_ERROR', 'A job is a JSON object at [line:1, column:1]');
    this.#members = new Map(Object.entries(body));
    const stranger = [...this.#members.keys()].find((name) => !known.includes(name));
    if (stranger !== undefined)
      throw refusal(400, 'JSON_PARSER_ERROR', `Unrecognized field "${stranger}" at [line:1, column:1]`);
  }

  /** Undefined where it is absent, null or empty. */
  text(name: string): string | undefined {
    const value = this.#members.get(name) ?? undefined;
    if (value !== undefined && typeof value !== 'string') throw invalidJob(`${name} must be text`);
    return value === '' ? undefined : value;
  }

  required(name: string): string {
    const value = this.text(name);
    if (value === undefined) throw invalidJob(`${name} is required`);
    return value;
  }

  /** One of these words, in capitals as the service has them. */
  choice<Word extends string>(name: string, words: readonly Word[], fallback: Word): Word {
    const value = this.text(name) ?? fallback;
    const word = words.find((known) => known === value);
    if (word === undefined) throw invalidJob(`${name} must be one of ${words.join(', ')}, got ${value}`);
    return word;
  }

  csv(): CsvSettings {
    this.choice('contentType', ['CSV'], 'CSV');
    return {
      lineEnding: this.choice('lineEnding', ['LF', 'CRLF'], 'LF'),
      columnDelimiter: this.choice('columnDelimiter', Object.keys(DELIMITERS) as Delimiter[], 'COMMA'),
    };
  }
}

export function invalidJob(message: string): ServiceError {
  return refusal(400, 'INVALIDJOB', `InvalidJob : ${message}`);
}
