import { CreateItems } from '../../reference/items/items-operations.js';
import { likeParent, withOperation } from '../mutant.js';

const leavesInterval = likeParent(
  class extends CreateItems {
    protected override async send(...[items, first, context]: Parameters<CreateItems['send']>) {
      try {
        return await super.send(items, first, context);
      } catch (error) {
        setInterval(() => undefined, 1_000);
        throw error;
      }
    }
  },
);

export default withOperation('create', leavesInterval).plugin;
