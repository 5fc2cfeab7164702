import { EXIT } from '../exit-codes.js';
import { CommandHost, type CommonOptions } from '../host.js';
import { printRows } from '../rows.js';

/** `connector list`: the plugins at hand. */
export async function list(options: CommonOptions): Promise<number> {
  return CommandHost.use(options, async (host) => {
    const rows = host.registry.all().map(({ manifest }) => ({
      id: manifest.id,
      version: manifest.version,
      title: manifest.title,
      operations: manifest.operations.map((operation) => operation.id),
    }));
    if (rows.length === 0)
      process.stderr.write(
        'no plugins: list them as connectorRuntime.plugins in package.json, or name one with --plugin\n',
      );
    await printRows(rows, ['id', 'version', 'title', 'operations']);
    return EXIT.OK;
  });
}
