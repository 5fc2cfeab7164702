import { malformedQuery } from './query-error.js';
import { type Token, tokenize } from './tokens.js';

const MAX_DEPTH = 200;
const CLAUSES_NOT_EVALUATED = ['USING', 'WITH', 'FOR', 'ALL', 'UPDATE'];
const RESERVED = new Set(['FROM', 'WHERE', 'GROUP', 'HAVING', 'ORDER', 'LIMIT', 'OFFSET', ...CLAUSES_NOT_EVALUATED]);

/** Reads the tokens of a statement one after the other; each refusal is `MALFORMED_QUERY` with its place framed. */
export class TokenReader {
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;

  constructor(private readonly text: string) {
    this.#tokens = tokenize(text);
  }

  skip(count = 1): void {
    this.#next += count;
  }

  /** Is a word next that may be a name? */
  isName(): boolean {
    const { kind, text } = this.peek();
    return kind === 'word' && !RESERVED.has(text.toUpperCase());
  }

  path(): string[] {
    const path = [this.word()];
    while (this.acceptSign('.')) path.push(this.word());
    return path;
  }

  wholeNumber(): number {
    const token = this.peek();
    if (token.kind !== 'number' || !/^\d+$/.test(token.text)) throw this.unexpected();
    this.#next++;
    return Number(token.text);
  }

  word(): string {
    const token = this.peek();
    if (!this.isName() || token.text.toUpperCase() === 'SELECT') throw this.unexpected();
    this.#next++;
    return token.text;
  }

  keyword(word: string): void {
    if (!this.acceptWord(word)) throw this.unexpected();
  }

  sign(sign: string): void {
    if (!this.acceptSign(sign)) throw this.unexpected();
  }

  acceptWord(word: string): boolean {
    const accepted = this.isWord(word);
    if (accepted) this.#next++;
    return accepted;
  }

  acceptSign(sign: string): boolean {
    const token = this.peek();
    const accepted = token.kind === 'sign' && token.text === sign;
    if (accepted) this.#next++;
    return accepted;
  }

  isWord(word: string): boolean {
    const token = this.peek();
    return token.kind === 'word' && token.text.toUpperCase() === word;
  }

  peek(ahead = 0): Token {
    const token = this.#tokens[Math.min(this.#next + ahead, this.#tokens.length - 1)];
    if (token === undefined) throw new TypeError('a statement without tokens');
    return token;
  }

  nested<Result>(read: () => Result): Result {
    if (++this.#depth > MAX_DEPTH)
      throw malformedQuery(this.text, this.peek().at, `The statement is nested deeper than ${MAX_DEPTH} levels`);
    const result = read();
    this.#depth--;
    return result;
  }

  notEvaluated(what: string, at: number) {
    return malformedQuery(this.text, at, `This org does not evaluate ${what}`);
  }

  unexpected() {
    const { at, text } = this.peek();
    return malformedQuery(this.text, at, `unexpected token: '${text}'`);
  }

  /** Refuses a clause that the language has and this org does not evaluate. */
  refuseClauses(): void {
    const { at, text, kind } = this.peek();
    const clause = text.toUpperCase();
    const follows = this.peek(1).text.toUpperCase();
    const isClause = clause === 'ALL' ? follows === 'ROWS' : CLAUSES_NOT_EVALUATED.includes(clause);
    if (kind === 'word' && isClause) throw this.notEvaluated(clause === 'ALL' ? 'ALL ROWS' : clause, at);
  }
}
