import { CONNECTION_PROPERTIES, type HttpHeaders, inject, injectable, type Logger } from '@connector-runtime/core';
import type { ConnectionProperties } from '../properties/connection-properties.js';

/** How many of the organisation's daily API calls are used up, as the last answer told. Warns once per connection when the configured share is passed. */
@injectable()
export class ApiUsage {
  private hasWarned = false;

  constructor(@inject(CONNECTION_PROPERTIES) private readonly properties: ConnectionProperties) {}

  /** Reads `Sforce-Limit-Info: api-usage=42/15000` of an answer, if it is there. */
  note(headers: HttpHeaders, logger: Logger): void {
    if (this.hasWarned) return;
    const [, used, allowed] = /(?:^|[\s,])api-usage=(\d+)\/(\d+)/.exec(headers['sforce-limit-info'] ?? '') ?? [];
    const percent = (100 * Number(used)) / Number(allowed);
    if (!(percent >= this.properties.apiUsageWarningPercent)) return;
    this.hasWarned = true;
    logger.warn(`${used} of ${allowed} API calls of this day are used (${Math.floor(percent)} %)`);
  }
}
