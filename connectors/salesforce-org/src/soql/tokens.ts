import { malformedQuery } from './query-error.js';

/** A piece of a statement. `text` is its source; for strings, `value` is what stands between the quotes, still escaped. */
export interface Token {
  readonly kind: 'word' | 'string' | 'number' | 'moment' | 'sign' | 'end';
  readonly text: string;
  readonly at: number;
}

const SPACE = /[\s]*/y;
const MOMENT =
  /\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?(?:Z|[+-]\d{2}:?\d{2}))?|\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?Z/iy;
const NUMBER = /[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?/iy;
const WORD = /[a-z_][a-z0-9_]*/iy;
const STRING = /'(?:[^'\\]|\\[\s\S])*'/y;
const SIGN = /<=|>=|!=|<>|[=<>(),.:]/y;

const KINDS: readonly (readonly [RegExp, Token['kind']])[] = [
  [WORD, 'word'],
  [STRING, 'string'],
  [MOMENT, 'moment'],
  [NUMBER, 'number'],
  [SIGN, 'sign'],
];

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/** Cuts a statement into tokens; the last one is `<EOF>`. Throws `MALFORMED_QUERY` on a character that begins none. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = matchAt(SPACE, text, 0)?.length ?? 0;
  while (at < text.length) {
    const token = readToken(text, at);
    tokens.push(token);
    at += token.text.length;
    at += matchAt(SPACE, text, at)?.length ?? 0;
  }
  tokens.push({ kind: 'end', text: '<EOF>', at: text.length });
  return tokens;
}

function readToken(text: string, at: number): Token {
  for (const [pattern, kind] of KINDS) {
    const found = matchAt(pattern, text, at);
    if (found === undefined) continue;
    const next = text.charAt(at + found.length);
    if ((kind === 'number' || kind === 'moment') && /[\w]/.test(next)) break;
    return { kind, text: found, at };
  }
  if (text.charAt(at) === "'") throw malformedQuery(text, at, "line ended inside a string: no closing quote (')");
  throw malformedQuery(text, at, `unexpected token: '${text.charAt(at)}'`);
}
