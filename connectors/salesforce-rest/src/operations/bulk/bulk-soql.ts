import { ConnectorError } from '@connector-runtime/core';

/** Source: SOQL and SOSL Reference, "SOQL SELECT Syntax" (limits). */
const MAX_SOQL_CHARS = 100_000;

/** Refuses a statement that is longer than the service takes. */
export function checkBulkSoql(soql: string): void {
  if (soql.length <= MAX_SOQL_CHARS) return;
  throw new ConnectorError({
    category: 'tooLarge',
    code: 'SOQL_TOO_LONG',
    message: `the statement has ${soql.length} characters; ${MAX_SOQL_CHARS} are possible: select fewer fields or shorten the filter`,
    effect: 'none',
    retryable: false,
  });
}
