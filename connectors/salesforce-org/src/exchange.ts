import type { IncomingHttpHeaders } from 'node:http';
import type { Format } from './formats/record-format.js';
import type { RecordInput } from './formats/record-input.js';
import { XML_DECLARATION, XSI, xmlDocument, xmlElement } from './formats/xml-text.js';
import type { ServiceError } from './service-error.js';

/** A request as the routes see it. */
export interface OrgRequest {
  /** `sequence` in the request log. */
  readonly sequence: number;
  /** The method meant: `_HttpMethod` wins over the one sent. */
  readonly method: string;
  /** Segments of the path, decoded; without those of a trailing slash or a format suffix. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** Unpacked, where it came as gzip. */
  readonly body: Buffer;
  /** A record already read from a batch. */
  readonly input?: RecordInput;
  /** Scheme and authority that the client used. */
  readonly origin: string;
  /** Form of the answer. */
  readonly format: Format;
}

/** A body that is a list, in parts: a fault can spoil the list. */
export interface ListBody {
  readonly head: string;
  readonly items: readonly string[];
  readonly separator: string;
  readonly tail: string;
}

/** An answer, before it is sent. */
export interface Answer {
  readonly status: number;
  readonly body?: string;
  /** A long body, made while it is sent; in place of `body`. */
  readonly pieces?: Iterable<string>;
  /** The same body in parts, where it is a list of results. */
  readonly list?: ListBody;
  /** Content-Type; that of the format where absent. */
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export const CONTENT_TYPES: Readonly<Record<Format, string>> = {
  json: 'application/json;charset=UTF-8',
  xml: 'application/xml;charset=UTF-8',
};

/** An answer of a JSON-like value; `root` names the element in XML. */
export function answerOf(
  format: Format,
  status: number,
  root: string,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return {
    status,
    headers,
    contentType: CONTENT_TYPES[format],
    body: format === 'json' ? JSON.stringify(value) : xmlDocument(root, value),
  };
}

/** An answer that is a list of results; `root` and `item` name its elements in XML, `members` stand before the list and make the JSON an object. */
export function listAnswer(
  format: Format,
  status: number,
  { root, item, members = {} }: { readonly root: string; readonly item: string; readonly members?: object },
  results: readonly unknown[],
): Answer {
  const before = Object.entries(members).map(([name, value]) =>
    format === 'json' ? `"${name}":${JSON.stringify(value)},` : xmlElement(name, value),
  );
  const isObject = before.length > 0;
  const list: ListBody =
    format === 'json'
      ? {
          head: isObject ? `{${before.join('')}"${item}":[` : '[',
          items: results.map((result) => JSON.stringify(result)),
          separator: ',',
          tail: isObject ? ']}' : ']',
        }
      : {
          head: `${XML_DECLARATION}<${root} ${XSI}>${before.join('')}`,
          items: results.map((result) => xmlElement(item, result)),
          separator: '',
          tail: `</${root}>`,
        };
  return { status, contentType: CONTENT_TYPES[format], list, body: bodyOf(list) };
}

export function bodyOf({ head, items, separator, tail }: ListBody): string {
  return head + items.join(separator) + tail;
}

/** A refusal in the format of its request. */
export function errorAnswer(format: Format, error: ServiceError): Answer {
  if (format === 'json') return answerOf('json', error.status, '', error.problems, error.headers);
  return answerOf('xml', error.status, 'Errors', { Error: error.problems }, error.headers);
}

/** The form that a request wants its answer in: a suffix of the path, else the first of Accept that there is. Undefined: none of them. */
export function negotiate(suffix: string | undefined, accept: string | undefined): Format | undefined {
  if (suffix === 'json' || suffix === 'xml') return suffix;
  if (accept === undefined || accept.trim() === '') return 'json';
  for (const range of accept.toLowerCase().split(',')) {
    const type = range.split(';')[0]?.trim();
    if (type === 'application/json' || type === '*/*' || type === 'application/*') return 'json';
    if (type === 'application/xml' || type === 'text/xml') return 'xml';
  }
  return undefined;
}
