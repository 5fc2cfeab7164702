import { ConnectorError, type HttpHeaders, isConnectorError } from '@connector-runtime/core';
import { RESERVED_HEADERS } from '../transport/headers.js';
import { documentError } from '../transport/refusals.js';

/** What the user asks for beside the connector's own headers. */
export interface HeaderProperties {
  readonly restHeaders?: Readonly<Record<string, string>>;
  readonly assignmentRuleId?: string;
}

/** The headers of a request for a document: the connector's own, the assignment rule, then the user's, who may replace them. Throws where a name is reserved. */
export function documentHeaders(own: HttpHeaders, properties: HeaderProperties): HttpHeaders {
  const rule = properties.assignmentRuleId?.trim() ?? '';
  if (rule === '' && properties.restHeaders === undefined) return own;
  const headers: Record<string, string> = { ...own };
  if (rule !== '') headers['sforce-auto-assign'] = rule;
  for (const [name, value] of Object.entries(properties.restHeaders ?? {})) {
    const lower = name.toLowerCase();
    if (RESERVED_HEADERS.has(lower)) {
      throw documentError(
        'HEADER_RESERVED',
        `restHeaders must not set ${name}: that header is the connector's own`,
        `/restHeaders/${name}`,
      );
    }
    headers[lower] = value;
  }
  return headers;
}

/** The same check for the operation's own properties, before any document: there a reserved name is a mistake of the configuration. */
export function checkConfiguredHeaders(properties: HeaderProperties): void {
  try {
    documentHeaders({}, properties);
  } catch (error) {
    if (!isConnectorError(error)) throw error;
    throw new ConnectorError({ ...error.info, category: 'config' }, { cause: error });
  }
}
