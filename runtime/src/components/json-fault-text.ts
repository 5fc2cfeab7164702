import { type ParseErrorCode, printParseErrorCode } from 'jsonc-parser';

/** In the words of jsonc-parser, and in ours. */
const FAULTS: Readonly<Record<string, string>> = {
  InvalidSymbol: 'a value must be a text in double quotes, a number, true, false, null, an object or a list',
  InvalidNumberFormat: 'this is no number',
  PropertyNameExpected: 'a property name in double quotes is expected',
  ValueExpected: 'a value is expected',
  ColonExpected: 'a colon is expected',
  CommaExpected: 'a comma is expected',
  CloseBraceExpected: 'a closing } is expected',
  CloseBracketExpected: 'a closing ] is expected',
  InvalidCommentToken: 'a comment stands where none may be',
  UnexpectedEndOfComment: 'a comment is not closed',
  UnexpectedEndOfString: 'a text is not closed',
  UnexpectedEndOfNumber: 'a number is not complete',
  InvalidUnicode: 'a \\u in a text must be followed by four hexadecimal digits',
  InvalidEscapeCharacter: 'a text has a \\ before a character that needs none',
  InvalidCharacter: 'a text holds a control character',
};

/** What is wrong with a text that is to be JSON. `error`: absent where the text is empty; `whole`: what must hold nothing else. */
export function jsonFaultText(error: ParseErrorCode | undefined, whole: 'file' | 'line'): string {
  const fault = error === undefined ? 'ValueExpected' : printParseErrorCode(error);
  return fault === 'EndOfFileExpected' ? `the ${whole} must end here` : (FAULTS[fault] ?? 'this is no JSON');
}
