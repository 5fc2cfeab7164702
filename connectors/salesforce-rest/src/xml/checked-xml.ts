import { setImmediate as loopTurn } from 'node:timers/promises';
import type { Body } from '@connector-runtime/core';
import { FieldNames } from './field-names.js';
import { KnownRecords } from './known-records.js';
import { localName } from './local-name.js';
import { RecordRules } from './record-rules.js';
import { StrictXmlReader, type XmlListener } from './strict-xml.js';
import { isSpace } from './tag-reader.js';
import { XmlError } from './xml-error.js';
import { CLOSE, END, OPEN, XmlScanner } from './xml-scanner.js';
import { isXmlText } from './xml-text.js';

/**
 * Reads a whole body once and finds out whether it is XML that may be sent: UTF-8, well-formed, no DOCTYPE, no text beside elements, no field twice, within the limits. The body must be repeatable, for it is sent afterwards.
 * Throws `XmlError`. `listener` is told what is in it; `signal` ends the reading with its reason.
 */
export async function checkXml(body: Body, signal: AbortSignal, listener?: XmlListener): Promise<void> {
  const reader = new StrictXmlReader(new RecordRules(listener));
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for await (const chunk of body.open(signal)) reader.write(decoded(() => decoder.decode(chunk, { stream: true })));
  reader.write(decoded(() => decoder.decode()));
  reader.close();
}

/** Characters that are read before others have their turn: some 50 ms of the scanner where they are thousands of names, and no more of the strict reader. */
const SCANNED_AT_ONCE = 256 * 1024;
const CHECKED_AT_ONCE = 64 * 1024;
const knownRecords = new KnownRecords();

/** The same for text that is in memory, in steps where it is large. No promise where a short look is enough: there are many small documents. */
export function checkXmlInSteps(text: string, signal: AbortSignal, listener?: XmlListener): Promise<void> | undefined {
  if (listener === undefined && knownRecords.isNew) return loopTurn().then(() => checkNow(text, signal));
  return checkNow(text, signal, listener);
}

function checkNow(text: string, signal: AbortSignal, listener?: XmlListener): Promise<void> | undefined {
  if (listener === undefined && knownRecords.isRecord(text)) return undefined;
  const fields = new FieldNames();
  const isSure = listener === undefined && text.length <= SCANNED_AT_ONCE && isPlainXml(text, fields);
  if (!isSure) return checkInSteps(text, signal, listener);
  knownRecords.learn(text, fields);
  return undefined;
}

async function checkInSteps(text: string, signal: AbortSignal, listener: XmlListener | undefined): Promise<void> {
  refuseHalfPairs(text);
  const reader = new StrictXmlReader(new RecordRules(listener));
  for (let from = 0; from < text.length; from += CHECKED_AT_ONCE) {
    signal.throwIfAborted();
    reader.write(text.slice(from, from + CHECKED_AT_ONCE));
    if (from + CHECKED_AT_ONCE < text.length) await loopTurn();
  }
  reader.close();
}

/** The strict reader leaves out what follows one. */
function refuseHalfPairs(text: string): void {
  if (/\p{Surrogate}/u.test(text)) throw new XmlError('the text holds half of a surrogate pair');
}

/** Whether text is XML at all, for answers: text beside elements may stand there, and elements of one name. */
export function checkXmlText(text: string, listener?: XmlListener): void {
  if (listener === undefined && isPlainXml(text)) return;
  refuseHalfPairs(text);
  const reader = new StrictXmlReader(listener);
  reader.write(text);
  reader.close();
}

/**
 * Is this text surely XML without text beside elements? By the scanner, which takes a tenth of the time of the strict reader and does not judge what is seldom;
 * so where it says no, the strict reader has to be asked. `fields` takes up the names of all elements, and none may stand twice that it refuses.
 */
export function isPlainXml(text: string, fields?: FieldNames): boolean {
  if (!isXmlText(text)) return false;
  const scanner = new XmlScanner(text);
  let wasOpened = false;
  try {
    while (scanner.isPlain) {
      const { end } = scanner;
      if (fields === undefined) scanner.passFields();
      else if (!passNewFields(scanner, fields)) return false;
      const { depth, end: from } = scanner;
      const kind = scanner.next();
      if (kind === END) return scanner.isPlain;
      if (fields !== undefined && kind !== CLOSE && !fields.add(localName(scanner.name), scanner.level)) return false;
      const isField = kind === CLOSE && wasOpened && from === end;
      if (depth > 0 && !isField && !isBlank(text, from, scanner.start)) return false;
      wasOpened = kind === OPEN;
    }
    return false;
  } catch (error) {
    if (error instanceof XmlError) return false;
    throw error;
  }
}

/** Goes past simple fields, if any come next; false where one stands there twice. */
function passNewFields(scanner: XmlScanner, fields: FieldNames): boolean {
  for (let name = scanner.passField(); name !== undefined; name = scanner.passField())
    if (!fields.add(name, scanner.depth + 1)) return false;
  return true;
}

function isBlank(text: string, from: number, to: number): boolean {
  for (let i = from; i < to; i += 1) if (!isSpace(text.charCodeAt(i))) return false;
  return true;
}

function decoded(decode: () => string): string {
  try {
    return decode();
  } catch (error) {
    throw notUtf8(error);
  }
}

/** The error for bytes that are no text. */
export const notUtf8 = (cause: unknown): XmlError => new XmlError('the text is not UTF-8', { cause });
