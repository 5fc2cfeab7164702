import { type Body, type CallContext, isConnectorError } from '@connector-runtime/core';
import { documentError } from '../transport/refusals.js';

/** A body that can be read again is in memory, or in a file: up to here it is asked for at once. */
const AT_ONCE_BYTES = 1024 * 1024;

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** A document's body, or one of which no more is known than how to read it. */
type Readable = Body | Pick<Body, 'open'>;

/** The document's text; what is not UTF-8 is a `validation` error. */
export function documentText({ body }: { readonly body: Readable }, context: CallContext): Promise<string> {
  return readText(body, context, (cause) =>
    documentError('DOCUMENT_NOT_UTF_8', 'the text of the document is not UTF-8', undefined, cause),
  );
}

/** The whole body as text, without a byte order mark. `notUtf8` makes the error for bytes that are no text. */
export async function readText(
  body: Readable,
  context: CallContext,
  notUtf8: (cause: unknown) => Error,
): Promise<string> {
  context.signal.throwIfAborted();
  if (isAtOnce(body)) {
    try {
      return await body.text(AT_ONCE_BYTES);
    } catch (error) {
      if (!isConnectorError(error)) throw error;
      if (error.info.code === 'NOT_UTF8') throw notUtf8(error);
      if (error.info.category !== 'tooLarge') throw error;
    }
  }
  return decodeUtf8(await readPieces(body, context), notUtf8);
}

/** The whole body; how large it may be is the host's to see to. Ends with the signal: nothing of it was sent then. */
export async function readBytes(body: Readable, context: CallContext): Promise<Uint8Array> {
  context.signal.throwIfAborted();
  if (isAtOnce(body)) {
    try {
      return await body.bytes(AT_ONCE_BYTES);
    } catch (error) {
      if (!isConnectorError(error) || error.info.category !== 'tooLarge') throw error;
    }
  }
  return readPieces(body, context);
}

/** May it be asked for at once? What turns out to be larger than that is read in pieces then. */
function isAtOnce(body: Readable): body is Body {
  return 'repeatable' in body && body.repeatable;
}

async function readPieces(body: Readable, { signal }: CallContext): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of body.open(signal)) pieces.push(piece);
  const [first] = pieces;
  return first !== undefined && pieces.length === 1 ? first : Buffer.concat(pieces);
}

/** The text of bytes in memory, without a byte order mark. */
export function decodeUtf8(bytes: Uint8Array, notUtf8: (cause: unknown) => Error): string {
  try {
    return UTF8.decode(bytes);
  } catch (error) {
    throw notUtf8(error);
  }
}
