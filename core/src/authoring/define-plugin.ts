import type { ConnectorManifest } from '../manifest.js';
import type { Operation } from '../operation.js';
import type { Choice, ConnectorPlugin } from '../plugin.js';

/** A plugin whose `operations` have exactly the ids that its manifest `M` declares. */
export type PluginOf<M extends ConnectorManifest> = Omit<ConnectorPlugin, 'manifest' | 'operations'> & {
  readonly manifest: M;
  // biome-ignore lint/suspicious/noExplicitAny: each operation has property types of its own
  readonly operations: { readonly [Id in M['operations'][number]['id']]: Choice<Operation<any>> };
};

/** Returns the plugin unchanged; its use is that the compiler refuses an operation that the manifest does not declare, and misses one that it does. */
export function definePlugin<const M extends ConnectorManifest>(plugin: PluginOf<M>): ConnectorPlugin {
  return plugin;
}
