import type { ExecutionContext } from '@connector-runtime/core';
import { DeleteItems } from '../../reference/items/items-operations.js';
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

export const DETERMINISM_MUTANTS: Mutants = {
  'DET-01': withOperation('delete', stampsRequests),
  'DET-02': { plugin: itemsPlugin, entry: require.resolve('../entries/speaks-local.js') },
};
