import { isConnectorError } from '@connector-runtime/core';

const CODES = new Set(['EGRESS_REFUSED', 'DNS_FAILED', 'CONNECTION_REFUSED', 'HOST_UNREACHABLE']);
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** Does an error say that calls should not go to that host, or no longer? Nothing was carried out then. */
export function isStaleHost(error: unknown): boolean {
  if (!isConnectorError(error) || error.info.effect !== 'none') return false;
  return CODES.has(error.info.code) || REDIRECTS.has(error.info.service?.httpStatus ?? 0);
}
