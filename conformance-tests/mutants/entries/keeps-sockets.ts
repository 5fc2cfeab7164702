import linesPlugin from '../../reference/lines/lines-plugin.js';
import { LinesPool } from '../../reference/lines/lines-pool.js';
import { withShared } from '../lines-mutants.js';
import { likeParent } from '../mutant.js';

const keepsSockets = likeParent(
  class extends LinesPool {
    override close(): void {
      setTimeout(() => super.close(), 4_000);
    }
  },
);

export default withShared(linesPlugin, LinesPool, keepsSockets);
