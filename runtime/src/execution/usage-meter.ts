import type { Meter, Usage } from '@connector-runtime/core';

const MAX_NAMES = 20;

/** Keeps the last word on each of the service's allowances for the summary, and tells the host's metrics. */
export class UsageMeter implements Meter {
  private readonly noted = new Map<string, Usage>();

  constructor(private readonly tell: (name: string, usage: Usage) => void) {}

  /** What is no pair of numbers is passed over, and a further name once there are 20: a plugin's mistake must not fill the summary. */
  note(name: string, { used, allowed }: Usage): void {
    if (typeof name !== 'string' || !Number.isFinite(used) || !Number.isFinite(allowed)) return;
    if (!this.noted.has(name) && this.noted.size >= MAX_NAMES) return;
    this.noted.set(name, { used, allowed });
    this.tell(name, { used, allowed });
  }

  /** By name; `undefined` where nothing was told. */
  get usage(): Readonly<Record<string, Usage>> | undefined {
    return this.noted.size === 0 ? undefined : Object.fromEntries(this.noted);
  }
}
