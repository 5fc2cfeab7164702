import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createGzip, gzip } from 'node:zlib';
import { type Answer, CONTENT_TYPES, type OrgRequest } from './exchange.js';
import type { Fault } from './faults.js';

const gzipped = promisify(gzip);
const GZIP_FROM_BYTES = 256;
const GARBAGE = '\u0000\u0007{<[ not what was promised';

const STANDING_HEADERS = {
  'Cache-Control': 'no-cache,must-revalidate,max-age=0,no-store,private',
  Vary: 'Accept-Encoding',
  'Set-Cookie': 'BrowserId=loopback; path=/; Secure',
};

/** Sends an answer, spoilt as a fault says. Resolves when it is out or its connection is closed. */
export async function send(
  response: ServerResponse,
  request: OrgRequest,
  answer: Answer,
  fault?: Fault,
): Promise<void> {
  if (answer.pieces !== undefined && fault === undefined && request.method !== 'HEAD')
    return sendPieces(response, request, answer, answer.pieces);
  return sendWhole(
    response,
    request,
    answer.pieces === undefined ? answer : { ...answer, body: [...answer.pieces].join('') },
    fault,
  );
}

/** Sends a body while it is made. A client that leaves early is no trouble of ours. */
async function sendPieces(
  response: ServerResponse,
  request: OrgRequest,
  answer: Answer,
  pieces: Iterable<string>,
): Promise<void> {
  const isPacked = acceptsGzip(request);
  response.writeHead(answer.status, {
    ...STANDING_HEADERS,
    'Content-Type': answer.contentType ?? CONTENT_TYPES[request.format],
    ...(isPacked && { 'Content-Encoding': 'gzip' }),
    ...answer.headers,
  });
  const source = Readable.from(pieces, { objectMode: false });
  const sent = isPacked ? pipeline(source, createGzip({ level: 1 }), response) : pipeline(source, response);
  await sent.catch((error: unknown) => {
    if (!response.destroyed) throw error;
  });
}

const acceptsGzip = ({ headers }: OrgRequest): boolean => /\bgzip\b/i.test(String(headers['accept-encoding'] ?? ''));

async function sendWhole(
  response: ServerResponse,
  request: OrgRequest,
  answer: Answer,
  fault: Fault | undefined,
): Promise<void> {
  const spec = fault?.spec;
  const text = spec?.action === 'garbage' && answer.body !== undefined ? (spec.body ?? GARBAGE) : answer.body;
  const plain = Buffer.from(text ?? '');
  const isPacked = (plain.length >= GZIP_FROM_BYTES || spec?.action === 'truncateGzip') && acceptsGzip(request);
  const whole = isPacked ? await gzipped(plain, { level: 1 }) : plain;
  const body = spec?.action === 'truncateGzip' && isPacked ? whole.subarray(0, Math.floor(whole.length / 2)) : whole;
  const hasBody = answer.body !== undefined && request.method !== 'HEAD';
  const isCounted = spec?.action === 'cut' && spec.framing === 'content-length';
  response.writeHead(answer.status, {
    ...STANDING_HEADERS,
    ...(hasBody && { 'Content-Type': answer.contentType ?? CONTENT_TYPES[request.format] }),
    ...(isPacked && { 'Content-Encoding': 'gzip' }),
    ...(isCounted && { 'Content-Length': body.length }),
    ...answer.headers,
  });
  if (!hasBody) response.end();
  else if (spec?.action === 'cut') await sendCut(response, body, spec.atByte);
  else if (spec?.action === 'slow') await sendSlowly(response, body, spec);
  else if (spec?.action === 'hold' && spec.atByte !== undefined) await sendHeld(response, body, spec.atByte, fault);
  else response.end(body);
}

/** Sends the first bytes of a body and closes the connection: the client sees an answer that breaks off. */
async function sendCut(response: ServerResponse, body: Buffer, atByte: number): Promise<void> {
  const end = atByte < 0 ? Math.max(0, body.length + atByte) : Math.min(atByte, body.length);
  response.flushHeaders();
  if (end > 0) await new Promise((resolve) => response.write(body.subarray(0, end), resolve));
  const { socket } = response;
  await new Promise<void>((resolve) => (socket === null ? resolve() : socket.end(resolve)));
  socket?.destroy();
}

/** Sends the first bytes of a body, and the others when they are let go. */
async function sendHeld(
  response: ServerResponse,
  body: Buffer,
  atByte: number,
  fault: Fault | undefined,
): Promise<void> {
  response.flushHeaders();
  await new Promise((resolve) => response.write(body.subarray(0, atByte), resolve));
  await fault?.held();
  response.end(body.subarray(atByte));
}

async function sendSlowly(
  response: ServerResponse,
  body: Buffer,
  { pieceBytes, pauseMs }: { pieceBytes: number; pauseMs: number },
): Promise<void> {
  for (let at = 0; at < body.length && !response.destroyed; at += pieceBytes) {
    await delay(pauseMs);
    response.write(body.subarray(at, at + pieceBytes));
  }
  response.end();
}
