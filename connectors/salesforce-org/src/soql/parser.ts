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
import { TokenReader } from './token-reader.js';

const MAX_LENGTH = 100_000;
/** Rows that a query for all fields may ask for. */
const MAX_ROWS_OF_ALL_FIELDS = 200;
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
  readonly #in: TokenReader;

  constructor(private readonly text: string) {
    this.#in = new TokenReader(text);
  }

  parse(): SoqlQuery {
    const query = this.#query();
    if (this.#in.peek().kind !== 'end') throw this.#in.unexpected();
    return query;
  }

  #query(): SoqlQuery {
    this.#in.keyword('SELECT');
    const select: SelectItem[] = [];
    const count = this.#acceptCount();
    if (!count)
      do select.push(this.#selectItem());
      while (this.#in.acceptSign(','));
    this.#in.keyword('FROM');
    const from = this.#from();
    const where = this.#in.acceptWord('WHERE') ? this.#condition() : undefined;
    const groupBy = this.#groupBy();
    const having = this.#in.acceptWord('HAVING') ? this.#condition() : undefined;
    const orderBy = this.#orderBy();
    const limit = this.#in.acceptWord('LIMIT') ? this.#in.wholeNumber() : undefined;
    const offset = this.#in.acceptWord('OFFSET') ? this.#in.wholeNumber() : undefined;
    this.#in.refuseClauses();
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
    if (!this.#in.isWord('COUNT') || this.#in.peek(1).text !== '(' || this.#in.peek(2).text !== ')') return false;
    this.#in.skip(3);
    return true;
  }

  #selectItem(): SelectItem {
    const { at } = this.#in.peek();
    if (this.#in.acceptSign('(')) {
      const query = this.#in.nested(() => this.#query());
      this.#in.sign(')');
      return { kind: 'children', query, at };
    }
    if (this.#in.isWord('TYPEOF') && this.#in.peek(1).kind === 'word') throw this.#in.notEvaluated('TYPEOF', at);
    if (this.#in.isWord('FIELDS') && this.#in.peek(1).text === '(') return this.#fieldGroup();
    const term = this.#term();
    const hasAlias = this.#in.isName();
    return { kind: 'field', ...term, ...(hasAlias && { alias: this.#in.word() }) };
  }

  #fieldGroup(): SelectItem {
    const { at } = this.#in.peek();
    this.#in.skip(2);
    const group = this.#in.peek().text.toUpperCase();
    if (!isFieldGroup(group)) throw this.#in.unexpected();
    this.#in.skip();
    this.#in.sign(')');
    return { kind: 'fields', group, at };
  }

  #term(): Term {
    const { at } = this.#in.peek();
    const path = this.#in.path();
    if (!this.#in.acceptSign('(')) return { path, at };
    const fn = path.length === 1 ? functionNamed(path[0] ?? '') : undefined;
    if (fn === undefined) throw this.#in.notEvaluated(`the function ${path.join('.')}()`, at);
    const argument = this.#in.path();
    if (this.#in.peek().text === '(')
      throw this.#in.notEvaluated(`the function ${argument.join('.')}()`, this.#in.peek().at);
    this.#in.sign(')');
    return { path: argument, at, fn };
  }

  #groupBy(): Term[] {
    if (!this.#in.isWord('GROUP') || this.#in.peek(1).text.toUpperCase() !== 'BY') return [];
    this.#in.skip(2);
    const terms: Term[] = [];
    do {
      const { at, text } = this.#in.peek();
      if (this.#in.peek(1).text === '(' && /^(?:ROLLUP|CUBE)$/i.test(text))
        throw this.#in.notEvaluated(text.toUpperCase(), at);
      terms.push(this.#term());
    } while (this.#in.acceptSign(','));
    return terms;
  }

  #from(): SoqlQuery['from'] {
    const { at } = this.#in.peek();
    const name = this.#in.path().join('.');
    this.#in.refuseClauses();
    if (this.#in.acceptWord('AS')) return { name, alias: this.#in.word(), at };
    if (!this.#in.isName()) return { name, at };
    return { name, alias: this.#in.word(), at };
  }

  /** AND and OR do not mix without parentheses, and NOT stands alone. */
  #condition(): Condition {
    if (this.#in.acceptWord('NOT')) return { kind: 'not', term: this.#simpleCondition() };
    const first = this.#simpleCondition();
    const joint = this.#in.isWord('AND') ? 'AND' : this.#in.isWord('OR') ? 'OR' : undefined;
    if (joint === undefined) return first;
    const terms = [first];
    while (this.#in.acceptWord(joint)) terms.push(this.#simpleCondition());
    if (this.#in.isWord('AND') || this.#in.isWord('OR')) throw this.#in.unexpected();
    return { kind: joint === 'AND' ? 'and' : 'or', terms };
  }

  #simpleCondition(): Condition {
    if (!this.#in.acceptSign('(')) return this.#comparison();
    const condition = this.#in.nested(() => this.#condition());
    this.#in.sign(')');
    return condition;
  }

  #comparison(): Condition {
    if (this.#in.isWord('NOT') && this.#in.peek(1).kind === 'word') throw this.#in.unexpected();
    const term = this.#term();
    const operator = this.#operator();
    if (this.#in.peek().text === '(' && this.#in.peek(1).text.toUpperCase() === 'SELECT')
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
    if (fn !== undefined || (operator !== 'in' && operator !== 'not in')) throw this.#in.unexpected();
    this.#in.sign('(');
    const query = this.#in.nested(() => this.#query());
    this.#in.sign(')');
    return { kind: 'semiJoin', path, at, negated: operator === 'not in', query };
  }

  #operator(): ComparisonOperator {
    const operator = SIGN_OPERATORS[this.#in.peek().text];
    if (operator !== undefined && this.#in.peek().kind === 'sign') {
      this.#in.skip();
      return operator;
    }
    if (this.#in.acceptWord('NOT')) {
      this.#in.keyword('IN');
      return 'not in';
    }
    for (const word of ['like', 'in', 'includes', 'excludes'] as const)
      if (this.#in.acceptWord(word.toUpperCase())) return word;
    throw this.#in.unexpected();
  }

  #literals(): Literal[] {
    this.#in.sign('(');
    const literals: Literal[] = [];
    do literals.push(this.#literal(false));
    while (this.#in.acceptSign(','));
    this.#in.sign(')');
    return literals;
  }

  #literal(like: boolean): Literal {
    const token = this.#in.peek();
    const { at } = token;
    if (token.kind === 'end' || token.kind === 'sign') throw this.#in.unexpected();
    this.#in.skip();
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
    this.#in.sign(':');
    return { kind: 'range', name, count: this.#in.wholeNumber(), at };
  }

  #orderBy(): SortItem[] {
    if (!this.#in.acceptWord('ORDER')) return [];
    this.#in.keyword('BY');
    const items: SortItem[] = [];
    do items.push(this.#sortItem());
    while (this.#in.acceptSign(','));
    return items;
  }

  #sortItem(): SortItem {
    const term = this.#term();
    const descending = this.#in.acceptWord('DESC');
    if (!descending) this.#in.acceptWord('ASC');
    if (!this.#in.acceptWord('NULLS')) return { ...term, descending, nullsLast: false };
    if (this.#in.acceptWord('LAST')) return { ...term, descending, nullsLast: true };
    this.#in.keyword('FIRST');
    return { ...term, descending, nullsLast: false };
  }
}
