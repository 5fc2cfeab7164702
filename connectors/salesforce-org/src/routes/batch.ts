import { type Answer, CONTENT_TYPES, errorAnswer, type OrgRequest } from '../exchange.js';
import { isObject, jsonInput, parseJson, parseXml, type RecordInput, xmlInput } from '../formats/record-input.js';
import { childNamed, type XmlElement } from '../formats/xml-reader.js';
import { XML_DECLARATION, XSI } from '../formats/xml-text.js';
import { refusal } from '../service-error.js';
import type { DataRequest } from './route.js';

const MOST_REQUESTS = 25;

interface Batch {
  readonly haltOnError: boolean;
  readonly requests: readonly SubRequest[];
}

interface SubRequest {
  readonly method: string;
  /** `v64.0/sobjects/…` */
  readonly url: string;
  readonly input?: RecordInput;
}

/** Answers a request whose session was checked. */
export type Dispatch = (request: OrgRequest) => Promise<Answer>;

/** `POST composite/batch`: up to 25 requests one after the other, each for itself. */
export async function runBatch(request: DataRequest, dispatch: Dispatch): Promise<Answer> {
  const { haltOnError, requests } = /\bxml\b/i.test(request.headers['content-type'] ?? '')
    ? xmlBatch(request.body)
    : jsonBatch(request.body);
  if (requests.length === 0 || requests.length > MOST_REQUESTS) {
    throw refusal(400, 'INVALID_INPUT', `A batch has 1 to ${MOST_REQUESTS} requests, this one has ${requests.length}.`);
  }
  const answers: Answer[] = [];
  let isHalted = false;
  for (const one of requests) {
    const answer: Answer = isHalted ? halted(request) : await dispatch(subRequest(request, one));
    answers.push(answer);
    isHalted ||= haltOnError && answer.status >= 400;
  }
  return request.format === 'json' ? jsonAnswer(answers) : xmlAnswer(answers);
}

function halted({ format }: DataRequest): Answer {
  return errorAnswer(
    format,
    refusal(
      412,
      'BATCH_PROCESSING_HALTED',
      'Batch processing has been halted, you have selected haltOnError and a previous request failed.',
    ),
  );
}

function subRequest(request: DataRequest, { method, url, input }: SubRequest): OrgRequest {
  const { pathname, searchParams } = new URL(
    url.replace(/^\/?(?:services\/data\/)?/, '/services/data/'),
    request.origin,
  );
  const segments = pathname
    .split('/')
    .filter((segment) => segment !== '')
    .map(decodeURIComponent);
  const { sequence, headers, origin, format } = request;
  return {
    sequence,
    headers,
    origin,
    format,
    method,
    segments,
    query: searchParams,
    body: Buffer.alloc(0),
    ...(input && { input }),
  };
}

function jsonBatch(body: Buffer): Batch {
  const batch = parseJson(body);
  const list = isObject(batch) ? batch['batchRequests'] : undefined;
  if (!isObject(batch) || !Array.isArray(list))
    throw refusal(400, 'JSON_PARSER_ERROR', 'batchRequests must be a list at [line:1, column:1]');
  const requests = list.map((one: unknown): SubRequest => {
    if (!isObject(one) || typeof one['method'] !== 'string' || typeof one['url'] !== 'string') {
      throw refusal(400, 'INVALID_INPUT', 'Each request of a batch has a method and a url.');
    }
    const { method, url, richInput } = one as { method: string; url: string; richInput?: unknown };
    return { method: method.toUpperCase(), url, ...(richInput !== undefined && { input: jsonInput(richInput) }) };
  });
  return { haltOnError: batch['haltOnError'] === true, requests };
}

function xmlBatch(body: Buffer): Batch {
  const batch = parseXml(body);
  const textOf = (element: XmlElement, name: string): string | undefined => childNamed(element, name)?.text.trim();
  const requests = (childNamed(batch, 'batchRequests')?.children ?? []).map((one): SubRequest => {
    const [method, url] = [textOf(one, 'method'), textOf(one, 'url')];
    if (method === undefined || url === undefined)
      throw refusal(400, 'INVALID_INPUT', 'Each request of a batch has a method and a url.');
    const record = childNamed(one, 'richInput')?.children[0];
    return { method: method.toUpperCase(), url, ...(record && { input: xmlInput(record) }) };
  });
  return { haltOnError: textOf(batch, 'haltOnError') === 'true', requests };
}

const hasErrors = (answers: readonly Answer[]): boolean => answers.some(({ status }) => status >= 400);

function jsonAnswer(answers: readonly Answer[]): Answer {
  const results = answers.map(({ status, body }) => `{"statusCode":${status},"result":${body ?? 'null'}}`);
  return {
    status: 200,
    contentType: CONTENT_TYPES.json,
    body: `{"hasErrors":${hasErrors(answers)},"results":[${results.join(',')}]}`,
  };
}

function xmlAnswer(answers: readonly Answer[]): Answer {
  const results = answers.map(({ status, body }) => {
    const result = body === undefined ? '<result/>' : `<result>${body.slice(XML_DECLARATION.length)}</result>`;
    return `<batchResult><statusCode>${status}</statusCode>${result}</batchResult>`;
  });
  const text = `${XML_DECLARATION}<batchResults ${XSI}><hasErrors>${hasErrors(answers)}</hasErrors><results>${results.join('')}</results></batchResults>`;
  return { status: 200, contentType: CONTENT_TYPES.xml, body: text };
}
