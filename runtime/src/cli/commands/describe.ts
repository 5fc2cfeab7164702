import { operationOf } from '../../plugins/plugin-registry.js';
import { componentTemplate } from '../component-template.js';
import { EXIT } from '../exit-codes.js';
import { CommandHost, type CommonOptions } from '../host.js';
import { stdout } from '../output-stream.js';
import { formatTable } from '../table.js';

export interface DescribeOptions extends CommonOptions {
  /** `connection`, or an operation's id. */
  readonly template?: string;
}

/** `connector describe`: a plugin's manifest, or a commented component to start from. */
export async function describe(pluginId: string, options: DescribeOptions): Promise<number> {
  const host = await CommandHost.start(options);
  const { manifest } = host.registry.byId(pluginId);
  if (options.template !== undefined) {
    const descriptor =
      options.template === 'connection' ? undefined : operationOf(host.registry.byId(pluginId), options.template);
    await stdout.write(componentTemplate(manifest, descriptor));
  } else if (process.stdout.isTTY === true) {
    const rows = manifest.operations.map(({ id, title, effect, repeat }) => [id, title, effect, repeat]);
    await stdout.write(
      `${manifest.title} ${manifest.version} (${manifest.id})\n\n${formatTable(['operation', 'title', 'effect', 'repeat'], rows)}`,
    );
  } else await stdout.write(`${JSON.stringify(manifest)}\n`);
  return EXIT.OK;
}
