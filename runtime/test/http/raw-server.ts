import { readFileSync } from 'node:fs';
import * as net from 'node:net';
import path from 'node:path';
import * as tls from 'node:tls';
import { closeLater } from './http-bench.js';

/** A request as it came over the wire, whole. */
export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly socket: net.Socket;
  /** Counts from 1, over all sockets. */
  readonly number: number;
}

export interface RawServer {
  readonly origin: string;
  readonly port: number;
  /** Whole requests, in the order in which they came: what the service may have carried out. */
  readonly ledger: ReceivedRequest[];
  /** Sockets that were accepted so far, and those still open. */
  readonly sockets: { accepted: number; readonly open: Set<net.Socket> };
  close(): Promise<void>;
}

/** What a server does with a whole request: writes bytes, or leaves it hanging. */
export type Answering = (request: ReceivedRequest) => unknown;

/** A server that speaks bytes, so that it can break off at any of them. */
export async function rawServer(answer: Answering, secure?: tls.TlsOptions): Promise<RawServer> {
  const ledger: ReceivedRequest[] = [];
  const sockets = { accepted: 0, open: new Set<net.Socket>() };
  const onSocket = (socket: net.Socket) => {
    sockets.accepted += 1;
    sockets.open.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.open.delete(socket));
    readRequests(socket, (request) => {
      const numbered = { ...request, number: ledger.length + 1 };
      ledger.push(numbered);
      void answer(numbered);
    });
  };
  const server = secure ? tls.createServer(secure, onSocket) : net.createServer(onSocket);
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  return closeLater({
    origin: `${secure ? 'https' : 'http'}://127.0.0.1:${port}`,
    port,
    ledger,
    sockets,
    close: () =>
      new Promise<void>((resolve) => {
        for (const socket of sockets.open) socket.destroy();
        server.close(() => resolve());
      }),
  });
}

/** A server that does not even read: `greet` has each socket. Gives its port. */
export async function mute(greet: (socket: net.Socket) => unknown = () => undefined): Promise<number> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    greet(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closeLater({
    close: () =>
      new Promise<void>((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  });
  return (server.address() as net.AddressInfo).port;
}

/** The port of a server that has gone. */
export async function deadPort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

export function fixture(name: string): string {
  return readFileSync(path.join(__dirname, '../../test/http/fixtures', name), 'utf8');
}

export function certified(name: string, more: tls.TlsOptions = {}): tls.TlsOptions {
  return { cert: fixture(`${name}.pem`), key: fixture(`${name}-key.pem`), ...more };
}

/** An answer's bytes, framed by its length. */
export function answerBytes(status: number, body = '', headers: Readonly<Record<string, string>> = {}): Buffer {
  return framed(status, Buffer.from(body), headers);
}

export function framed(status: number, body: Uint8Array, headers: Readonly<Record<string, string>> = {}): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `HTTP/1.1 ${status} X\r\n${lines.join('')}content-length: ${body.byteLength}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
}

function readRequests(socket: net.Socket, received: (request: Omit<ReceivedRequest, 'number'>) => void): void {
  let bytes = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    bytes = Buffer.concat([bytes, chunk]);
    for (;;) {
      const end = bytes.indexOf('\r\n\r\n');
      if (end < 0) return;
      const [first = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n');
      const headers = Object.fromEntries(
        lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
      );
      const rest = bytes.subarray(end + 4);
      const taken =
        headers['transfer-encoding'] === 'chunked'
          ? chunkedBody(rest)
          : lengthBody(rest, Number(headers['content-length'] ?? 0));
      if (taken === undefined) return;
      bytes = rest.subarray(taken.bytes);
      const [method = '', path = ''] = first.split(' ');
      received({ method, path, headers, body: taken.body, socket });
    }
  });
}

function lengthBody(rest: Buffer, length: number): { body: string; bytes: number } | undefined {
  return rest.byteLength < length ? undefined : { body: rest.subarray(0, length).toString(), bytes: length };
}

function chunkedBody(rest: Buffer): { body: string; bytes: number } | undefined {
  const pieces: Buffer[] = [];
  let at = 0;
  for (;;) {
    const line = rest.indexOf('\r\n', at);
    if (line < 0) return undefined;
    const size = Number.parseInt(rest.subarray(at, line).toString(), 16);
    const start = line + 2;
    if (rest.byteLength < start + size + 2) return undefined;
    pieces.push(rest.subarray(start, start + size));
    at = start + size + 2;
    if (size === 0) return { body: Buffer.concat(pieces).toString(), bytes: at };
  }
}
