import { likeParent, withConnection } from '../mutants/mutant.js';
import { ItemsConnection } from '../reference/items/items-connection.js';

const Exits = likeParent(
  class extends ItemsConnection {
    override async open(): Promise<void> {
      process.exit(3);
    }
  },
);

export default withConnection(Exits).plugin;
