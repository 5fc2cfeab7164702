import { refusal } from '../service-error.js';
import { isRangeName } from './date-ranges.js';
import { functionNamed } from './functions.js';
import { readMoment, readString } from './literals.js';
import type {
  ComparisonOperator,
  Condition,
  FieldGroup,
  Literal,
  SelectItem,
  SoqlQuery,
  SortItem,
  Term,
} from './query.js';
import { malformedQuery } from './query-error.js';
import { type Token, tokenize } from './tokens.js';

const MAX_LENGTH = 100_000;
const MAX_DEPTH = 200;
/** Rows that a query for all fields may ask for. */
const MAX_ROWS_OF_ALL_FIELDS = 200;
const CLAUSES_NOT_EVALUATED = ['USING', 'WITH', 'FOR', 'ALL', 'UPDATE'];
const RESERVED = new Set(['FROM', 'WHERE', 'GROUP', 'HAVING', 'ORDER', 'LIMIT', 'OFFSET', ...CLAUSES_NOT_EVALUATED]);
const SIGN_OPERATORS: Readonly<Record<string, ComparisonOperator>> = {
  '=': '=',
  '!=': '!=',
  '<>': '!=',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
};

/**
 * Parses a SOQL statement. Throws a `ServiceError` with `MALFORMED_QUERY` on anything the grammar does not have, and on what the
 * language has but this org does not evaluate (TYPEOF, ROLLUP, functions of numbers and places, …), naming it.
 * Source: SOQL and SOSL Reference, "SOQL SELECT Syntax".
 */
export function parseSoql(text: string): SoqlQuery {
  if (text.trim() === '') throw refusal(400, 'MALFORMED_QUERY', 'SOQL statements cannot be empty or null');
  if (text.length > MAX_LENGTH)
    throw refusal(400, 'MALFORMED_QUERY', `SOQL statements cannot be longer than ${MAX_LENGTH} characters.`);
  return new Parser(text).parse();
}

const isFieldGroup = (group: string): group is FieldGroup => /^(?:ALL|STANDARD|CUSTOM)$/.test(group);
const isUnbounded = (item: SelectItem): boolean => item.kind === 'fields' && item.group !== 'STANDARD';

class Parser {
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;

  constructor(private readonly text: string) {
    this.#tokens = tokenize(text);
  }

  parse(): SoqlQuery {
    const query = this.#query();
    if (this.#peek().kind !== 'end') throw this.#unexpected();
    return query;
  }

  #query(): SoqlQuery {
    this.#keyword('SELECT');
    const select: SelectItem[] = [];
    const count = this.#acceptCount();
    if (!count)
      do select.push(this.#selectItem());
      while (this.#acceptSign(','));
    this.#keyword('FROM');
    const from = this.#from();
    const where = this.#acceptWord('WHERE') ? this.#condition() : undefined;
    const groupBy = this.#groupBy();
    const having = this.#acceptWord('HAVING') ? this.#condition() : undefined;
    const orderBy = this.#orderBy();
    const limit = this.#acceptWord('LIMIT') ? this.#wholeNumber() : undefined;
    const offset = this.#acceptWord('OFFSET') ? this.#wholeNumber() : undefined;
    this.#refuseClauses();
    if (select.some(isUnbounded) && (limit === undefined || limit > MAX_ROWS_OF_ALL_FIELDS))
      throw refusal(
        400,
        'MALFORMED_QUERY',
        `The SOQL FIELDS function must have a LIMIT of at most ${MAX_ROWS_OF_ALL_FIELDS}`,
      );
    return {
      from,
      count,
      select,
      groupBy,
      orderBy,
      ...(where && { where }),
      ...(having && { having }),
      ...(limit !== undefined && { limit }),
      ...(offset !== undefined && { offset }),
    };
  }

  #acceptCount(): boolean {
    if (!this.#isWord('COUNT') || this.#peek(1).text !== '(' || this.#peek(2).text !== ')') return false;
    this.#next += 3;
    return true;
  }

  #selectItem(): SelectItem {
    const { at } = this.#peek();
    if (this.#acceptSign('(')) {
      const query = this.#nested(() => this.#query());
      this.#sign(')');
      return { kind: 'children', query, at };
    }
    if (this.#isWord('TYPEOF') && this.#peek(1).kind === 'word') throw this.#notEvaluated('TYPEOF', at);
    if (this.#isWord('FIELDS') && this.#peek(1).text === '(') return this.#fieldGroup();
    const term = this.#term();
    const hasAlias = this.#peek().kind === 'word' && !RESERVED.has(this.#peek().text.toUpperCase());
    return { kind: 'field', ...term, ...(hasAlias && { alias: this.#word() }) };
  }

  #fieldGroup(): SelectItem {
    const { at } = this.#peek();
    this.#next += 2;
    const group = this.#peek().text.toUpperCase();
    if (!isFieldGroup(group)) throw this.#unexpected();
    this.#next++;
    this.#sign(')');
    return { kind: 'fields', group, at };
  }

  #term(): Term {
    const { at } = this.#peek();
    const path = this.#path();
    if (!this.#acceptSign('(')) return { path, at };
    const fn = path.length === 1 ? functionNamed(path[0] ?? '') : undefined;
    if (fn === undefined) throw this.#notEvaluated(`the function ${path.join('.')}()`, at);
    const argument = this.#path();
    if (this.#peek().text === '(') throw this.#notEvaluated(`the function ${argument.join('.')}()`, this.#peek().at);
    this.#sign(')');
    return { path: argument, at, fn };
  }

  #groupBy(): Term[] {
    if (!this.#isWord('GROUP') || this.#peek(1).text.toUpperCase() !== 'BY') return [];
    this.#next += 2;
    const terms: Term[] = [];
    do {
      const { at, text } = this.#peek();
      if (this.#peek(1).text === '(' && /^(?:ROLLUP|CUBE)$/i.test(text))
        throw this.#notEvaluated(text.toUpperCase(), at);
      terms.push(this.#term());
    } while (this.#acceptSign(','));
    return terms;
  }

  #from(): SoqlQuery['from'] {
    const { at } = this.#peek();
    const name = this.#path().join('.');
    this.#refuseClauses();
    const token = this.#peek();
    if (this.#acceptWord('AS')) return { name, alias: this.#word(), at };
    if (token.kind !== 'word' || RESERVED.has(token.text.toUpperCase())) return { name, at };
    return { name, alias: this.#word(), at };
  }

  /** AND and OR do not mix without parentheses, and NOT stands alone. */
  #condition(): Condition {
    if (this.#acceptWord('NOT')) return { kind: 'not', term: this.#simpleCondition() };
    const first = this.#simpleCondition();
    const joint = this.#isWord('AND') ? 'AND' : this.#isWord('OR') ? 'OR' : undefined;
    if (joint === undefined) return first;
    const terms = [first];
    while (this.#acceptWord(joint)) terms.push(this.#simpleCondition());
    if (this.#isWord('AND') || this.#isWord('OR')) throw this.#unexpected();
    return { kind: joint === 'AND' ? 'and' : 'or', terms };
  }

  #simpleCondition(): Condition {
    if (!this.#acceptSign('(')) return this.#comparison();
    const condition = this.#nested(() => this.#condition());
    this.#sign(')');
    return condition;
  }

  #comparison(): Condition {
    if (this.#isWord('NOT') && this.#peek(1).kind === 'word') throw this.#unexpected();
    const term = this.#term();
    const operator = this.#operator();
    if (this.#peek().text === '(' && this.#peek(1).text.toUpperCase() === 'SELECT')
      return this.#semiJoin(term, operator);
    const isList = operator === 'in' || operator === 'not in' || operator === 'includes' || operator === 'excludes';
    return {
      kind: 'comparison',
      ...term,
      operator,
      values: isList ? this.#literals() : [this.#literal(operator === 'like')],
    };
  }

  #semiJoin({ path, at, fn }: Term, operator: ComparisonOperator): Condition {
    if (fn !== undefined || (operator !== 'in' && operator !== 'not in')) throw this.#unexpected();
    this.#sign('(');
    const query = this.#nested(() => this.#query());
    this.#sign(')');
    return { kind: 'semiJoin', path, at, negated: operator === 'not in', query };
  }

  #operator(): ComparisonOperator {
    const operator = SIGN_OPERATORS[this.#peek().text];
    if (operator !== undefined && this.#peek().kind === 'sign') {
      this.#next++;
      return operator;
    }
    if (this.#acceptWord('NOT')) {
      this.#keyword('IN');
      return 'not in';
    }
    for (const word of ['like', 'in', 'includes', 'excludes'] as const)
      if (this.#acceptWord(word.toUpperCase())) return word;
    throw this.#unexpected();
  }

  #literals(): Literal[] {
    this.#sign('(');
    const literals: Literal[] = [];
    do literals.push(this.#literal(false));
    while (this.#acceptSign(','));
    this.#sign(')');
    return literals;
  }

  #literal(like: boolean): Literal {
    const token = this.#peek();
    const { at } = token;
    if (token.kind === 'end' || token.kind === 'sign') throw this.#unexpected();
    this.#next++;
    if (token.kind === 'string') return { kind: 'string', value: readString(this.text, token, like), at };
    if (token.kind === 'number') return { kind: 'number', value: Number(token.text), source: token.text, at };
    if (token.kind === 'moment') return readMoment(this.text, token);
    const name = token.text.toUpperCase();
    if (name === 'NULL') return { kind: 'null', at };
    if (name === 'TRUE' || name === 'FALSE') return { kind: 'boolean', value: name === 'TRUE', at };
    if (!isRangeName(name)) throw malformedQuery(this.text, at, `unexpected token: '${token.text}'`);
    return name.includes('_N_') || name.startsWith('N_') ? this.#countedRange(name, at) : { kind: 'range', name, at };
  }

  #countedRange(name: string, at: number): Literal {
    this.#sign(':');
    return { kind: 'range', name, count: this.#wholeNumber(), at };
  }

  #orderBy(): SortItem[] {
    if (!this.#acceptWord('ORDER')) return [];
    this.#keyword('BY');
    const items: SortItem[] = [];
    do items.push(this.#sortItem());
    while (this.#acceptSign(','));
    return items;
  }

  #sortItem(): SortItem {
    const term = this.#term();
    const descending = this.#acceptWord('DESC');
    if (!descending) this.#acceptWord('ASC');
    if (!this.#acceptWord('NULLS')) return { ...term, descending, nullsLast: false };
    if (this.#acceptWord('LAST')) return { ...term, descending, nullsLast: true };
    this.#keyword('FIRST');
    return { ...term, descending, nullsLast: false };
  }

  #path(): string[] {
    const path = [this.#word()];
    while (this.#acceptSign('.')) path.push(this.#word());
    return path;
  }

  #wholeNumber(): number {
    const token = this.#peek();
    if (token.kind !== 'number' || !/^\d+$/.test(token.text)) throw this.#unexpected();
    this.#next++;
    return Number(token.text);
  }

  #word(): string {
    const token = this.#peek();
    if (token.kind !== 'word') throw this.#unexpected();
    const name = token.text.toUpperCase();
    if (RESERVED.has(name) || name === 'SELECT') throw this.#unexpected();
    this.#next++;
    return token.text;
  }

  #keyword(word: string): void {
    if (!this.#acceptWord(word)) throw this.#unexpected();
  }

  #sign(sign: string): void {
    if (!this.#acceptSign(sign)) throw this.#unexpected();
  }

  #acceptWord(word: string): boolean {
    const accepted = this.#isWord(word);
    if (accepted) this.#next++;
    return accepted;
  }

  #acceptSign(sign: string): boolean {
    const token = this.#peek();
    const accepted = token.kind === 'sign' && token.text === sign;
    if (accepted) this.#next++;
    return accepted;
  }

  #isWord(word: string): boolean {
    const token = this.#peek();
    return token.kind === 'word' && token.text.toUpperCase() === word;
  }

  #peek(ahead = 0): Token {
    const token = this.#tokens[Math.min(this.#next + ahead, this.#tokens.length - 1)];
    if (token === undefined) throw new TypeError('a statement without tokens');
    return token;
  }

  #nested<Result>(read: () => Result): Result {
    if (++this.#depth > MAX_DEPTH)
      throw malformedQuery(this.text, this.#peek().at, `The statement is nested deeper than ${MAX_DEPTH} levels`);
    const result = read();
    this.#depth--;
    return result;
  }

  #refuseClauses(): void {
    const { at, text, kind } = this.#peek();
    const clause = text.toUpperCase();
    const follows = this.#peek(1).text.toUpperCase();
    const isClause = clause === 'ALL' ? follows === 'ROWS' : CLAUSES_NOT_EVALUATED.includes(clause);
    if (kind === 'word' && isClause) throw this.#notEvaluated(clause === 'ALL' ? 'ALL ROWS' : clause, at);
  }

  #notEvaluated(what: string, at: number) {
    return malformedQuery(this.text, at, `This org does not evaluate ${what}`);
  }

  #unexpected() {
    const { at, text } = this.#peek();
    return malformedQuery(this.text, at, `unexpected token: '${text}'`);
  }
}
