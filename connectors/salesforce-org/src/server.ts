import {
  createServer as createHttpServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Certificates } from './certificates.js';
import { type Answer, CONTENT_TYPES, errorAnswer, negotiate, type OrgRequest } from './exchange.js';
import type { Fault } from './faults.js';
import { checkLengths, readBody, segmentsOf, Unreadable } from './incoming.js';
import type { Org } from './org.js';
import { send } from './outgoing.js';
import { type Destination, destinationOf } from './routes/router.js';
import { refusal } from './service-error.js';
import { spoiltResults } from './spoilt-results.js';

const MAX_HEADER_BYTES = 256 * 1024;

/** The org's door: reads requests, logs them, lets faults act, sends answers. */
export function createOrgServer(org: Org, certificates: Certificates | undefined): Server {
  const listener: RequestListener = (request, response) => {
    exchange(org, request, response).catch((error: unknown) => failed(request, response, error));
  };
  const options = { maxHeaderSize: MAX_HEADER_BYTES, keepAliveTimeout: 30_000 };
  if (certificates === undefined) return createHttpServer(options, listener);
  return createHttpsServer({ ...options, key: certificates.keyPem, cert: certificates.certPem }, listener);
}

async function exchange(org: Org, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  response.setHeader('Date', new Date(org.settings.now()).toUTCString());
  checkLengths(incoming);
  const { raw, body } = await readBody(incoming);
  const { method = 'GET', url = '/', headers } = incoming;
  const [path, search] = splitOnce(url);
  const query = new URLSearchParams(search);
  const meant = method === 'POST' ? (query.get('_HttpMethod')?.toUpperCase() ?? method) : method;
  const { segments, suffix } = withoutSuffix(segmentsOf(path));
  const destination = destinationOf(meant, segments, body);
  // Jobs speak JSON, and CSV in their results, whatever is accepted.
  const format = segments[3] === 'jobs' ? 'json' : negotiate(suffix, headers.accept);
  const request = {
    method: meant,
    segments,
    query,
    headers,
    body,
    format: format ?? 'json',
    origin: `${'encrypted' in incoming.socket ? 'https' : 'http'}://${headers.host ?? 'localhost'}`,
  };
  if (destination.kind === 'control')
    return send(response, { ...request, sequence: 0 }, await destination.answer(org, { ...request, sequence: 0 }));
  const logged = org.requests.add({
    kind: destination.kind,
    method,
    path: url,
    headers,
    bodyBytes: raw.length,
    ...(org.settings.keepBodies && { body: body.toString('utf8') }),
  });
  org.ledger.requests++;
  const numbered = { ...request, sequence: logged.sequence };
  if (format === undefined)
    return send(
      response,
      numbered,
      errorAnswer('json', refusal(406, 'NOT_ACCEPTABLE', `No representation for Accept: ${headers.accept ?? ''}`)),
    );
  const fault = org.faults.take(logged);
  if (fault === undefined) return send(response, numbered, await destination.answer(org, numbered));
  return answerWithFault(org, destination, numbered, response, fault);
}

async function answerWithFault(
  org: Org,
  destination: Destination,
  request: OrgRequest,
  response: ServerResponse,
  fault: Fault,
): Promise<void> {
  const { spec } = fault;
  const isAnsweredFirst = spec.action === 'hold' && spec.atByte !== undefined;
  const isHandledFirst =
    isAnsweredFirst || ((spec.action === 'hang' || spec.action === 'hold') && spec.handled === true);
  if (spec.action === 'refuse') {
    response.socket?.destroy();
    return;
  }
  if (spec.action === 'expireSessions') org.sessions.closeAll();
  if (spec.action === 'hang' && !isHandledFirst) return;
  if (spec.action === 'hold' && !isHandledFirst) await fault.held();
  if (org.isClosed) return;
  const answer = instead(request, fault) ?? (await destination.answer(org, request));
  if (spec.action === 'lose') {
    response.socket?.destroy();
    return;
  }
  if (spec.action === 'hang') return;
  if (spec.action === 'hold' && isHandledFirst && !isAnsweredFirst) await fault.held();
  if (!response.destroyed) await send(response, request, spoiltResults(answer, spec), fault);
}

/** The answer that a fault gives in place of the org's. */
function instead(request: OrgRequest, { spec }: Fault): Answer | undefined {
  if (spec.action === 'answer') {
    const { status, body, contentType = 'text/html;charset=UTF-8', headers = {} } = spec;
    return { status, headers, ...(body !== undefined && { body, contentType }) };
  }
  if (spec.action === 'redirect')
    return { status: spec.status ?? 302, headers: { Location: spec.location }, body: '', contentType: 'text/html' };
  if (spec.action !== 'error') return undefined;
  const answer = errorAnswer(request.format, refusal(spec.status, spec.errorCode, spec.message));
  return { ...answer, headers: { ...answer.headers, ...spec.headers } };
}

/** What could not be read gets a plain page; a fault of our own the service's 500, without a stack. */
function failed(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  if (request.destroyed && !request.complete) return;
  if (response.headersSent) {
    response.destroy();
    return;
  }
  if (error instanceof Unreadable) {
    response.writeHead(error.status, { 'Content-Type': 'text/html;charset=UTF-8', Connection: 'close' });
    response.end(`<html><head><title>${error.message}</title></head><body><h1>${error.message}</h1></body></html>`);
    return;
  }
  const problem = {
    message: 'An unexpected error occurred. Please include this ErrorId if you contact support',
    errorCode: 'UNKNOWN_EXCEPTION',
  };
  response.writeHead(500, { 'Content-Type': CONTENT_TYPES.json });
  response.end(JSON.stringify([problem]));
}

function splitOnce(url: string): [string, string] {
  const at = url.indexOf('?');
  return at < 0 ? [url, ''] : [url.slice(0, at), url.slice(at + 1)];
}

/** A `.json` or `.xml` at the end of a resource's name chooses the form of its answer. External id values keep their dots. */
function withoutSuffix(segments: string[]): { segments: string[]; suffix?: string } {
  const [, name, suffix] = /^(.+)\.(json|xml)$/.exec(segments.at(-1) ?? '') ?? [];
  const isData = segments[0] === 'services' && segments[1] === 'data' && segments.length <= 6;
  return isData && name !== undefined && suffix !== undefined
    ? { segments: [...segments.slice(0, -1), name], suffix }
    : { segments };
}
