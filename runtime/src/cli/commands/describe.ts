import { operationOf } from '../../plugins/plugin-registry.js';
import { componentTemplate } from '../component-template.js';
import { EXIT } from '../exit-codes.js';
import { CommandHost, type CommonOptions } from '../host.js';
import { manifestText } from '../manifest-text.js';
import { stdout } from '../output-stream.js';
import { referencePage } from '../reference-page.js';

export interface DescribeOptions extends CommonOptions {
  /** `connection`, or an operation's id. */
  readonly template?: string;
  /** A page of Markdown for people. */
  readonly reference?: boolean;
}

/** `connector describe`: a plugin's manifest, a page of Markdown about it, or a commented component to start from. */
export async function describe(pluginId: string, options: DescribeOptions): Promise<number> {
  return CommandHost.use(options, async (host) => {
    const { manifest } = host.registry.byId(pluginId);
    if (options.template !== undefined) {
      const descriptor =
        options.template === 'connection' ? undefined : operationOf(host.registry.byId(pluginId), options.template);
      await stdout.write(componentTemplate(manifest, descriptor));
    } else if (options.reference === true) await stdout.write(referencePage(manifest));
    else if (process.stdout.isTTY === true) await stdout.write(manifestText(manifest));
    else await stdout.write(`${JSON.stringify(manifest)}\n`);
    return EXIT.OK;
  });
}
