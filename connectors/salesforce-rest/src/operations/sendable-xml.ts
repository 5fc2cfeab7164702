import type { Body, CallContext, Document } from '@connector-runtime/core';
import { checkXml, checkXmlText, decodeUtf8 } from '../xml/checked-xml.js';
import type { XmlListener } from '../xml/strict-xml.js';
import { asDocumentError } from './outcomes.js';

/** The document as it may be sent, unchanged: UTF-8, well-formed, no DOCTYPE. `listener` is told what is in it. What is not XML is a `validation` error, before anything is sent. */
export async function sendableXml(
  document: Document<unknown>,
  context: CallContext,
  listener?: XmlListener,
): Promise<Body | Uint8Array> {
  const { body } = document;
  try {
    if (body.repeatable) {
      await checkXml(body, context.signal, listener);
      return body;
    }
    const bytes = await readBytes(body, context);
    checkXmlText(decodeUtf8(bytes), listener);
    return bytes;
  } catch (error) {
    throw asDocumentError(error);
  }
}

/** The document's text under the same conditions. */
export async function sendableText(document: Document<unknown>, context: CallContext): Promise<string> {
  const text = await documentText(document, context);
  try {
    checkXmlText(text);
  } catch (error) {
    throw asDocumentError(error);
  }
  return text;
}

/** The document's text, whatever it is. */
export async function documentText(document: Document<unknown>, context: CallContext): Promise<string> {
  try {
    return decodeUtf8(await readBytes(document.body, context));
  } catch (error) {
    throw asDocumentError(error);
  }
}

/** The whole body; how large it may be is the host's to see to. Ends with the signal: nothing of it was sent then. */
async function readBytes(body: Body, { signal }: CallContext): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of body.open(signal)) pieces.push(piece);
  return Buffer.concat(pieces);
}
