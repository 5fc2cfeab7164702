import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

const gunzipped = promisify(gunzip);

/** Bytes that the URI, and the URI with all headers, may have. Source: REST API Developer Guide, "Status Codes and Error Responses". */
const MOST_URI_BYTES = 16_384;
const MOST_BODY_BYTES = 50_000_000;
/** Bytes of the data of one bulk job: 150 MB in base64, which is how they are counted. Source: Bulk API 2.0 Developer Guide, "Bulk API 2.0 Ingest Limits". */
const MOST_JOB_BYTES = 112_500_000;

/** A request that is refused before it is looked at: a status and a plain text. */
export class Unreadable extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** Throws `Unreadable` for an address or headers that are too long. */
export function checkLengths(request: IncomingMessage): void {
  const uriBytes = Buffer.byteLength(request.url ?? '');
  if (uriBytes > MOST_URI_BYTES) throw new Unreadable(414, 'URI Too Long');
  const headerBytes = request.rawHeaders.reduce((sum, text) => sum + text.length + 2, 0);
  if (uriBytes + headerBytes > MOST_URI_BYTES) throw new Unreadable(431, 'Request Header Fields Too Large');
}

/** The body as it came, and unpacked where it came as gzip. */
export async function readBody(request: IncomingMessage): Promise<{ raw: Buffer; body: Buffer }> {
  const most = request.method === 'PUT' ? MOST_JOB_BYTES : MOST_BODY_BYTES;
  if (Number(request.headers['content-length'] ?? 0) > most) throw new Unreadable(413, 'Request Entity Too Large');
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    const piece: Buffer = chunk;
    bytes += piece.length;
    if (bytes > most) throw new Unreadable(413, 'Request Entity Too Large');
    chunks.push(piece);
  }
  const raw = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
  if (request.headers['content-encoding']?.toLowerCase() !== 'gzip') return { raw, body: raw };
  try {
    return { raw, body: await gunzipped(raw, { maxOutputLength: most }) };
  } catch {
    throw new Unreadable(400, 'The body is not gzip');
  }
}

/** The segments of a path, decoded; doubled and trailing slashes count for nothing. */
export function segmentsOf(path: string): string[] {
  return path
    .split('/')
    .filter((segment) => segment !== '')
    .map((segment) => {
      try {
        return decodeURIComponent(segment);
      } catch {
        return segment;
      }
    });
}
