import { type Body, ConnectorError } from '@connector-runtime/core';
import { MAX_SOQL_BYTES, MAX_SOQL_CHARS } from '../../service-limits.js';

/** Refuses a statement that is longer than the service takes. */
export function checkSoqlLength(soql: string): void {
  if (soql.length > MAX_SOQL_CHARS) throw tooLong(`${soql.length}`);
}

/** A statement that is read no further than the service could take it: for a host that sets documents no bounds. */
export function withinSoqlLength(body: Body): Pick<Body, 'open'> {
  return { open: (signal) => within(body.open(signal)) };
}

async function* within(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let sizeBytes = 0;
  for await (const piece of pieces) {
    sizeBytes += piece.byteLength;
    if (sizeBytes > MAX_SOQL_BYTES) throw tooLong(`more than ${MAX_SOQL_CHARS}`);
    yield piece;
  }
}

function tooLong(length: string): ConnectorError {
  return new ConnectorError({
    category: 'tooLarge',
    code: 'SOQL_TOO_LONG',
    message: `the statement has ${length} characters; ${MAX_SOQL_CHARS} are possible: select fewer fields or shorten the filter`,
    effect: 'none',
    retryable: false,
  });
}
