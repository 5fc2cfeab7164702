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
  try {
    const text = await atOnce(body, context, (own) => own.text(AT_ONCE_BYTES));
    return text ?? decodeUtf8(await readPieces(body, context), notUtf8);
  } catch (error) {
    throw isConnectorError(error) && error.info.code === 'NOT_UTF8' ? notUtf8(error) : error;
  }
}

/** The whole body; how large it may be is the host's to see to. Ends with the signal: nothing of it was sent then. */
export async function readBytes(body: Readable, context: CallContext): Promise<Uint8Array> {
  return (await atOnce(body, context, (own) => own.bytes(AT_ONCE_BYTES))) ?? readPieces(body, context);
}

/** `undefined` where the body is too large for that, or can be read once only. */
async function atOnce<T>(
  body: Readable,
  { signal }: CallContext,
  read: (body: Body) => Promise<T>,
): Promise<T | undefined> {
  if (!('repeatable' in body) || !body.repeatable) return undefined;
  signal.throwIfAborted();
  try {
    return await read(body);
  } catch (error) {
    if (isConnectorError(error) && error.info.category === 'tooLarge') return undefined;
    throw error;
  }
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
