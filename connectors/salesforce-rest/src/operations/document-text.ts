import type { Body, CallContext } from '@connector-runtime/core';
import { documentError } from '../transport/refusals.js';

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** The document's text; what is not UTF-8 is a `validation` error. */
export async function documentText(
  document: { readonly body: Pick<Body, 'open'> },
  context: CallContext,
): Promise<string> {
  const bytes = await readBytes(document.body, context);
  try {
    return UTF8.decode(bytes);
  } catch (error) {
    throw documentError('DOCUMENT_NOT_UTF_8', 'the text of the document is not UTF-8', undefined, error);
  }
}

/** The whole body; how large it may be is the host's to see to. Ends with the signal: nothing of it was sent then. */
export async function readBytes(body: Pick<Body, 'open'>, { signal }: CallContext): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of body.open(signal)) pieces.push(piece);
  const [first] = pieces;
  return first !== undefined && pieces.length === 1 ? first : Buffer.concat(pieces);
}
