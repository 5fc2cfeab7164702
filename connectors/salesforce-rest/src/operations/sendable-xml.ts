import type { Body, Document, ExecutionContext } from '@connector-runtime/core';
import { checkXml, checkXmlText } from '../xml/checked-xml.js';
import { asDocumentError } from './outcomes.js';

const MAX_BYTES = 256 * 1024 * 1024;

/** The document as it may be sent, unchanged: UTF-8, well-formed, no DOCTYPE. What is not XML is a `validation` error, before anything is sent. */
export async function sendableXml(
  document: Document<unknown>,
  context: ExecutionContext<unknown>,
): Promise<Body | Uint8Array> {
  const { body } = document;
  try {
    if (body.repeatable) {
      await checkXml(body, context.signal);
      return body;
    }
    const bytes = await body.bytes(MAX_BYTES);
    checkXmlText(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return bytes;
  } catch (error) {
    throw asDocumentError(error);
  }
}

/** The document's text under the same conditions. */
export async function sendableText(document: Document<unknown>): Promise<string> {
  const text = await document.body.text(MAX_BYTES);
  try {
    checkXmlText(text);
  } catch (error) {
    throw asDocumentError(error);
  }
  return text;
}
