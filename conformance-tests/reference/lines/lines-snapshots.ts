import type { SortedEntries } from './lines-store.js';

/** Snapshots that the service makes: begun, not ready when they are asked for first, then read until they are dropped. */
export class LinesSnapshots {
  /** Those that are begun are never ready. */
  areStalled = false;
  private begun = 0;
  private readonly snapshots = new Map<string, { readonly entries: SortedEntries; polls: number }>();

  begin(entries: SortedEntries): string {
    this.begun += 1;
    const name = `snapshot-${this.begun}`;
    this.snapshots.set(name, { entries, polls: 0 });
    return name;
  }

  stateOf(name: string): 'running' | 'ready' | undefined {
    const snapshot = this.snapshots.get(name);
    if (snapshot === undefined) return undefined;
    snapshot.polls += 1;
    return this.areStalled || snapshot.polls < 2 ? 'running' : 'ready';
  }

  get(name: string): SortedEntries | undefined {
    return this.snapshots.get(name)?.entries;
  }

  drop(name: string): boolean {
    return this.snapshots.delete(name);
  }
}
