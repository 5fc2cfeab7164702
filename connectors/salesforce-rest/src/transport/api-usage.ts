import { type CallContext, CONNECTION_PROPERTIES, type HttpHeaders, inject, injectable } from '@connector-runtime/core';
import type { ConnectionProperties } from '../properties/connection-properties.js';

const DAILY_CALLS = 'API calls of this day';

/** How many of the organisation's daily API calls are used up, as the last answer told. Warns once per connection when the configured share is passed. */
@injectable()
export class ApiUsage {
  private hasWarned = false;

  constructor(@inject(CONNECTION_PROPERTIES) private readonly properties: ConnectionProperties) {}

  /** Reads `Sforce-Limit-Info: api-usage=42/15000` of an answer, if it is there. */
  note(headers: HttpHeaders, { logger, meter }: Pick<CallContext, 'logger' | 'meter'>): void {
    const [, usedDigits, allowedDigits] =
      /(?:^|[\s,])api-usage=(\d+)\/(\d+)/.exec(headers['sforce-limit-info'] ?? '') ?? [];
    if (usedDigits === undefined) return;
    const used = Number(usedDigits);
    const allowed = Number(allowedDigits);
    meter.note(DAILY_CALLS, { used, allowed });
    const percent = (100 * used) / allowed;
    if (this.hasWarned || !(percent >= this.properties.apiUsageWarningPercent)) return;
    this.hasWarned = true;
    logger.warn(`${used} of ${allowed} API calls of this day are used (${Math.floor(percent)} %)`);
  }
}
