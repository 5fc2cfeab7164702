import type { ErrorInfo, HttpResponse } from '@connector-runtime/core';
import { MAX_URI_BYTES } from '../service-limits.js';
import { elementsNamed, parseXml, type XmlElement } from '../xml/xml-tree.js';
import { plainText } from './plain-text.js';
import { isSessionCode, meaningOf, publicCode } from './service-codes.js';

const MAX_ERROR_BYTES = 65_536;

/** One of the errors that an answer lists. */
export interface ServiceError {
  /** The service's own, such as `DUPLICATE_VALUE`; empty where it gives none. */
  readonly code: string;
  readonly message: string;
  readonly fields: readonly string[];
}

/** The errors that the service listed, as the cause of the one error that they became. */
export class ListedErrors extends Error {
  constructor(readonly errors: readonly ServiceError[]) {
    super(textOf(errors));
    this.name = 'ListedErrors';
  }
}

/** The errors that the service listed, wherever they stand behind this one; none where it listed none. */
export function errorsBehind(error: unknown): readonly ServiceError[] {
  for (let behind = error; behind instanceof Error; behind = behind.cause) {
    if (behind instanceof ListedErrors) return behind.errors;
  }
  return [];
}

/** An answer that is not 2xx, read as far as it can be. */
export interface ErrorAnswer {
  readonly status: number;
  readonly errors: readonly ServiceError[];
  /** Addresses of the records that a 300 leaves to choose from. */
  readonly candidates: readonly string[];
  /** What kind of page it is, where it is none of the service's error lists. */
  readonly page?: string;
}

/** Reads the body of a refusal in whichever form it comes: JSON, XML, HTML or text. Never throws for what is in it. */
export async function readErrorAnswer(answer: HttpResponse): Promise<ErrorAnswer> {
  const { status } = answer;
  const text = await bodyText(answer);
  const start = text.trimStart().slice(0, 1);
  const listed = start === '[' || start === '{' ? jsonErrors(text) : start === '<' ? xmlErrors(text) : [];
  const errors = listed.length > 0 ? listed : cutErrors(text);
  const candidates = status === 300 ? candidatesOf(text) : [];
  if (errors.length > 0 || candidates.length > 0) return { status, errors, candidates };
  if (/^[A-Za-z]+(?:_[A-Za-z]+)+$/.test(text.trim())) {
    return { status, errors: [{ code: text.trim(), message: '', fields: [] }], candidates };
  }
  return { status, errors, candidates, page: pageKind(answer, text) };
}

/** Does the service refuse the session, rather than the request? */
export function refusesSession(answer: ErrorAnswer): boolean {
  return answer.status === 401 || answer.errors.some((error) => isSessionCode(error.code));
}

/** What the refusal means; what is absent follows from the HTTP status and the request's effect. */
export function errorOf(answer: ErrorAnswer): Partial<ErrorInfo> {
  const { status, errors, candidates } = answer;
  if (candidates.length > 0) {
    return {
      category: 'conflict',
      code: 'EXTERNAL_ID_AMBIGUOUS',
      message: `several records have this external id: ${plainText(candidates.join(', '))}`,
      effect: 'none',
      service: { httpStatus: status },
    };
  }
  const [first] = errors;
  if (first === undefined) {
    return {
      message: `the service answered with status ${status} and ${answer.page ?? 'no text'}${adviceOf(status)}`,
      service: { httpStatus: status },
    };
  }
  return {
    ...errorOfAll(errors, first),
    service: { httpStatus: status, ...(first.code === '' ? {} : { code: first.code }) },
  };
}

/** What errors mean that stand inside an accepted answer. */
export function errorOfAll(
  errors: readonly ServiceError[],
  first: ServiceError,
): Partial<ErrorInfo> & { message: string } {
  const path = first.fields.length === 1 ? first.fields[0] : undefined;
  return {
    ...meaningOf(first.code, first.message),
    code: publicCode(first.code),
    message: textOf(errors),
    ...(path === undefined ? {} : { path }),
  };
}

/** The column that a message says there is none of, and the object type that it names. */
export function unknownColumn(message: string): { column: string; objectType: string | undefined } | undefined {
  const [found, column, objectType] =
    /No such column '([^']*)'(?: on (?:entity|sobject of type) '?(\w+))?/.exec(message) ?? [];
  return found === undefined || column === undefined ? undefined : { column, objectType };
}

/** `CODE: message`, several joined by `; `. */
export function textOf(errors: readonly ServiceError[]): string {
  return errors.map(({ code, message }) => plainText(message === '' ? code : `${code}: ${message}`)).join('; ');
}

/** The `Error` elements of an XML answer, also the `errors` of a result. */
export function errorsIn(root: XmlElement): readonly ServiceError[] {
  return [...elementsNamed(root, 'Error'), ...elementsNamed(root, 'errors')].map((element) => {
    const texts = (name: string) =>
      element.children.filter((child) => child.name === name).map((child) => child.text.trim());
    return {
      code: texts('errorCode')[0] ?? texts('statusCode')[0] ?? '',
      message: texts('message')[0] ?? '',
      fields: texts('fields').filter((field) => field !== ''),
    };
  });
}

/** The errors of a JSON answer's list, also of the `errors` of a result; of one error that stands alone. */
export function errorsInJson(value: unknown): readonly ServiceError[] {
  return errorEntries(value).flatMap((entry) => {
    if (typeof entry !== 'object' || entry === null) return [];
    const { errorCode, statusCode, message, fields } = entry as Record<string, unknown>;
    const code = errorCode ?? statusCode;
    if (typeof code !== 'string') return [];
    return [
      {
        code,
        message: typeof message === 'string' ? message : '',
        fields: Array.isArray(fields) ? fields.filter((field) => typeof field === 'string') : [],
      },
    ];
  });
}

/** The entries of a list; a tree's answer lists them by record. */
function errorEntries(value: unknown): readonly unknown[] {
  const results = typeof value === 'object' && value !== null && 'results' in value ? value.results : undefined;
  if (!Array.isArray(results)) return Array.isArray(value) ? value : [value];
  return results.flatMap((result: unknown) =>
    typeof result === 'object' && result !== null && 'errors' in result ? result.errors : [],
  );
}

async function bodyText(answer: HttpResponse): Promise<string> {
  try {
    return new TextDecoder().decode(await answer.body.bytes(MAX_ERROR_BYTES));
  } catch {
    return '';
  }
}

function jsonErrors(text: string): readonly ServiceError[] {
  try {
    return errorsInJson(JSON.parse(text));
  } catch {
    return [];
  }
}

function xmlErrors(text: string): readonly ServiceError[] {
  try {
    return errorsIn(parseXml(text));
  } catch {
    return [];
  }
}

const LIST_START = /^\s*(?:\[|\{|<\?xml|<Errors)/;
const CUT_CODE = /"(?:errorCode|statusCode)"\s*:\s*"(\w{1,100})"|<(?:errorCode|statusCode)>(\w{1,100})<\//;
const CUT_MESSAGE = /"message"\s*:\s*"|<message>/;
/** What such a message begins with: `Description: data value too large: …`. */
const TOO_LARGE = /^([^:]{1,200}): data value too large: /;

/** The first error of a list that is too long to be read whole, for the service repeats the value that it refuses: as much of it as stands there. */
function cutErrors(text: string): readonly ServiceError[] {
  const isCut = text.length > MAX_ERROR_BYTES / 4 && LIST_START.test(text);
  const message = isCut ? CUT_MESSAGE.exec(text) : null;
  if (message === null) return [];
  const [, inJson, inXml] = CUT_CODE.exec(text) ?? [];
  const said = text.slice(message.index + message[0].length);
  const isTooLarge = TOO_LARGE.test(said);
  const code = inJson ?? inXml ?? (isTooLarge ? 'STRING_TOO_LONG' : '');
  return [{ code, message: said, fields: [] }];
}

/** Addresses of records anywhere in the answer, JSON or XML. */
function candidatesOf(text: string): readonly string[] {
  return [...text.matchAll(/\/services\/data\/v[\d.]+\/sobjects\/\w+\/\w+/g)].map(([address]) => address).slice(0, 20);
}

function pageKind(answer: HttpResponse, text: string): string {
  if (text.trim() === '') return 'no text';
  if (!isHtml(answer, text))
    return `text that is no error list (${answer.headers['content-type'] ?? 'no content type'})`;
  const title = titleOf(text);
  return title === '' ? 'an HTML page' : `an HTML page titled "${plainText(title)}"`;
}

/** By positions: a pattern that spans the element tries anew at every `<title`. */
function titleOf(text: string): string {
  const tag = text.search(/<title[\s>]/i);
  const open = tag < 0 ? -1 : text.indexOf('>', tag);
  const close = open < 0 ? -1 : text.indexOf('<', open);
  return close < 0 ? '' : text.slice(open + 1, close).trim();
}

/** Is it a page for people, where data is due? */
export function isHtml(answer: Pick<HttpResponse, 'headers'>, text: string): boolean {
  const type = answer.headers['content-type'] ?? '';
  return /html/i.test(type) || (!/xml|json/i.test(type) && /^\s*<(?:!doctype html|html)/i.test(text));
}

function adviceOf(status: number): string {
  if (status === 414 || status === 431) return `: the address or the headers are longer than ${MAX_URI_BYTES} bytes`;
  if (status >= 300 && status < 400) return ': it points elsewhere; check the url';
  return '';
}
