import type { CallContext, ErrorInfo, HttpRequest } from '@connector-runtime/core';
import type { RetryBudget } from './retry-budget.js';

const FIRST_BACKOFF_MS = 250;
const MAX_BACKOFF_MS = 30_000;

/** A failed attempt, as the decision to repeat it sees it. */
export interface FailedAttempt {
  readonly info: ErrorInfo;
  /** Counts from 1. */
  readonly attempt: number;
  readonly effect: HttpRequest['effect'];
  /** False where the body was given once and its first byte left. */
  readonly canSendBody: boolean;
}

/** Decides whether a failed attempt is made again, and when. The one place that knows. */
export class Repeats {
  constructor(
    private readonly repeatsPerRequest: number,
    private readonly budget: RetryBudget,
  ) {}

  /** Milliseconds to wait before the next attempt; `undefined`: there is none. */
  waitMs(failed: FailedAttempt, context: CallContext): number | undefined {
    const { info, attempt } = failed;
    const { clock } = context;
    if (!info.retryable || !failed.canSendBody || attempt > this.repeatsPerRequest) return undefined;
    if (info.effect === 'unknown' && failed.effect !== 'repeatable') return undefined;
    // Only a `judge` that renewed the session calls an `auth` error retryable: nothing is overloaded then.
    if (info.category === 'auth') return 0;
    const nowEpochMs = clock.now();
    const waitMs = this.backoffMs(info, attempt, clock.random());
    if (nowEpochMs + waitMs >= context.deadlineEpochMs) return undefined;
    return this.budget.take(nowEpochMs) ? waitMs : undefined;
  }

  /** Full jitter; what the service asked for is never undercut, and spread all the same, for many were told the same. */
  private backoffMs(info: ErrorInfo, attempt: number, random: number): number {
    if (info.retryAfterMs !== undefined) return info.retryAfterMs + Math.floor(random * FIRST_BACKOFF_MS);
    return Math.floor(random * Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (attempt - 1)));
  }
}
