import type { Body } from '@connector-runtime/core';
import { StrictXmlReader, type XmlListener } from './strict-xml.js';
import { XmlError } from './xml-error.js';

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads a whole body once and finds out whether it is XML that may be sent: UTF-8, well-formed, no DOCTYPE, within the limits. The body must be repeatable, for it is sent afterwards.
 * Throws `XmlError`. `listener` is told what is in it; `signal` ends the reading with its reason.
 */
export async function checkXml(body: Body, signal: AbortSignal, listener?: XmlListener): Promise<void> {
  const reader = new StrictXmlReader(listener);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for await (const chunk of body.open(signal)) reader.write(decoded(() => decoder.decode(chunk, { stream: true })));
  reader.write(decoded(() => decoder.decode()));
  reader.close();
}

/** The same for text that is in memory. */
export function checkXmlText(text: string, listener?: XmlListener): void {
  const reader = new StrictXmlReader(listener);
  reader.write(text);
  reader.close();
}

/** The text of bytes in memory. */
export function decodeUtf8(bytes: Uint8Array): string {
  return decoded(() => UTF8.decode(bytes));
}

function decoded(decode: () => string): string {
  try {
    return decode();
  } catch (error) {
    throw new XmlError('the text is not UTF-8', { cause: error });
  }
}
