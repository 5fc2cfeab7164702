const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const BACKSLASH = 92;
/** A key longer than this, with every character escaped, is not `body`. */
const MAX_KEY_LENGTH = '"\\u0062\\u006f\\u0064\\u0079"'.length;

/** What a line of JSON shows to a reader that goes through it once, without going down into it. */
export interface LineScan {
  /** The value of the last `body` of the outermost object, as it stands in the line. */
  readonly body: string | undefined;
  /** Levels of objects and arrays. */
  readonly depth: number;
}

/** Scans a line; of one that is no JSON the findings mean nothing but that it can be parsed without exhausting the stack. */
export function scanLine(line: string): LineScan {
  let depth = 0;
  let deepest = 0;
  let key = '';
  let valueStart = -1;
  let body: string | undefined;
  const endMember = (at: number) => {
    if (valueStart !== -1 && isBody(key)) body = line.slice(valueStart, at).trim();
    valueStart = -1;
  };
  for (let at = 0; at < line.length; at += 1) {
    switch (line.charCodeAt(at)) {
      case QUOTE: {
        const end = endOfString(line, at);
        if (depth === 1 && valueStart === -1) key = line.slice(at, end + 1);
        at = end;
        break;
      }
      case COLON:
        if (depth === 1) valueStart = at + 1;
        break;
      case COMMA:
        if (depth === 1) endMember(at);
        break;
      case 91: // [
      case 123: // {
        depth += 1;
        if (depth > deepest) deepest = depth;
        break;
      case 93: // ]
      case 125: // }
        if (depth === 1) endMember(at);
        depth -= 1;
        break;
      default:
    }
  }
  return { body, depth: deepest };
}

/** The place of the quote that ends the string begun at `start`. */
function endOfString(line: string, start: number): number {
  for (let end = line.indexOf('"', start + 1); end !== -1; end = line.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (line.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return end;
  }
  return line.length;
}

function isBody(key: string): boolean {
  if (key.length > MAX_KEY_LENGTH) return false;
  try {
    return JSON.parse(key) === 'body';
  } catch {
    return false;
  }
}
