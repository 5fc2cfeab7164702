/** A token bucket that all requests of a connection draw their repeats from, and operations for what the service refused inside an answer, so that a service that is down is not loaded further. */
export class RetryBudget {
  private left: number;
  private countedAtEpochMs: number | undefined;

  constructor(private readonly repeatsPerMinute: number) {
    this.left = repeatsPerMinute;
  }

  /** Takes one repeat out; false where none is left. */
  take(nowEpochMs: number): boolean {
    const sinceMs = Math.max(0, nowEpochMs - (this.countedAtEpochMs ?? nowEpochMs));
    this.countedAtEpochMs = nowEpochMs;
    this.left = Math.min(this.repeatsPerMinute, this.left + (sinceMs / 60_000) * this.repeatsPerMinute);
    if (this.left < 1) return false;
    this.left -= 1;
    return true;
  }
}
