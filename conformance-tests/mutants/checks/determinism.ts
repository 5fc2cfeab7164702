import type { ExecutionContext, Json, OperationEvent } from '@connector-runtime/core';
import { DeleteItems, ReadItems } from '../../reference/items/items-operations.js';
import { itemsPlugin, likeParent, type Mutants, withOperation } from '../mutant.js';

let stamps = 0;

const stampsRequests = likeParent(
  class extends DeleteItems {
    protected override path(context: ExecutionContext, key: string): string {
      stamps += 1;
      return `${super.path(context, key)}?at=${process.hrtime.bigint()}${stamps}`;
    }
  },
);

const parentsByChance = likeParent(
  class extends ReadItems {
    protected override async *handOn(outputs: readonly OperationEvent[], state: Json | undefined) {
      const adopted = (body: string) => body.replace(/\}$/, `,"parent":"${Math.random()}"}`);
      yield* super.handOn(
        outputs.map((event) => (event.type === 'output' ? { ...event, body: adopted(String(event.body)) } : event)),
        state,
      );
    }
  },
);

export const DETERMINISM_MUTANTS: Mutants = {
  'DET-01': withOperation('delete', stampsRequests),
  'DET-01:rows': withOperation('read', parentsByChance),
  'DET-02:read': { plugin: itemsPlugin, entry: require.resolve('../entries/reads-local.js') },
  'DET-02:uncaught': { plugin: itemsPlugin, entry: require.resolve('../entries/knows-whole-hours.js') },
  'DET-02': { plugin: itemsPlugin, entry: require.resolve('../entries/speaks-local.js') },
};
