import type { CallContext, HttpClient } from '@connector-runtime/core';
import { errorOf, readErrorAnswer } from '../transport/error-answer.js';
import { ACCEPT_JSON } from '../transport/headers.js';
import { configError, protocolError } from '../transport/refusals.js';
import { NEWEST_TESTED_VERSION, OLDEST_VERSION } from './service-address.js';

const MAX_ANSWER_BYTES = 1_048_576;

/** The newest version of the data API that the organisation offers and this release was tested with, such as `64.0`. Needs no session. */
export async function newestVersion(http: HttpClient, origin: string, context: CallContext): Promise<string> {
  const response = await http.send(
    {
      method: 'GET',
      url: `${origin}/services/data`,
      headers: ACCEPT_JSON,
      effect: 'none',
      judge: async (answer) => errorOf(await readErrorAnswer(answer)),
    },
    context,
  );
  const offered = versionsIn(await response.body.text(MAX_ANSWER_BYTES));
  if (offered.length === 0) {
    throw protocolError(
      'VERSIONS_UNREADABLE',
      `${origin}/services/data lists no API versions; is the url right?`,
      'none',
    );
  }
  const suitable = offered.filter((version) => version >= OLDEST_VERSION && version <= NEWEST_TESTED_VERSION);
  if (suitable.length === 0) {
    throw configError(
      'API_VERSION_TOO_LOW',
      `the organisation offers API versions ${Math.min(...offered)} to ${Math.max(...offered)}; supported are ${OLDEST_VERSION} to ${NEWEST_TESTED_VERSION}`,
      '/url',
    );
  }
  return Math.max(...suitable).toFixed(1);
}

function versionsIn(text: string): readonly number[] {
  try {
    const list: unknown = JSON.parse(text);
    if (!Array.isArray(list)) return [];
    return list
      .map((entry: unknown) => Number((entry as { version?: unknown } | null)?.version))
      .filter((version) => Number.isFinite(version));
  } catch {
    return [];
  }
}
