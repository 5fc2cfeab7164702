import type { Trial } from './trial.js';
import type { TriedOperation } from './tried-operation.js';

/** Documents of a read that has rows: each gives all of them. */
const READS = 3;

/** Has the service hold a page and a row more of what a read gives; nothing where the operation writes, or the fixture has no `seedRows`: what can be seen without rows is proven all the same. Their keys. */
export async function giveRowsToRead(trial: Trial, operation: TriedOperation): Promise<readonly string[]> {
  if (operation.descriptor.effect !== 'read' || trial.fixture.seedRows === undefined) return [];
  return trial.seedPages(operation, 1);
}

/** So many documents for a write, few for a read. */
export function documentCount({ descriptor: { effect } }: TriedOperation, ofWrite: number): number {
  return effect === 'read' ? Math.min(READS, ofWrite) : ofWrite;
}
