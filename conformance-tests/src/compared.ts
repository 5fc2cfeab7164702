import { expectThat, Unproven } from './findings.js';
import type { dataOf } from './samples.js';
import type { OperationFixture } from './subject.js';

/** What of a member's samples was applied, held against what they say. */
export class Compared {
  private applied = 0;
  private compared = 0;

  constructor(private readonly member: keyof OperationFixture) {}

  /** Fails unless the ledger says each of these fields; `undefined`: only the author could tell. */
  expectEqual(seen: unknown, data: ReturnType<typeof dataOf>, did: string, operation: string): void {
    this.applied += 1;
    if (data === undefined) return;
    this.compared += 1;
    const fields = (seen ?? {}) as Readonly<Record<string, unknown>>;
    const lost = Object.entries(data).filter(([name, value]) => JSON.stringify(fields[name]) !== JSON.stringify(value));
    const shown = lost
      .map(([name, value]) => `${name}: ${JSON.stringify(fields[name])} in place of ${JSON.stringify(value)}`)
      .join('; ');
    expectThat(lost.length === 0, 'the ledger to say the same', shown, did, operation);
  }

  /** Unproven where samples were applied and none said what the ledger must say. */
  expectSome(): void {
    if (this.applied > 0 && this.compared === 0)
      throw new Unproven(`add \`data\`, what the ledger must say, to the samples of \`${this.member}\``);
  }
}
