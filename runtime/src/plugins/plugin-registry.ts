import { ConnectorError, type ConnectorPlugin, type OperationDescriptor } from '@connector-runtime/core';
import { nearestName } from '@connector-runtime/core/authoring';

/** The plugins of one runtime, by manifest id. */
export class PluginRegistry {
  private readonly plugins = new Map<string, ConnectorPlugin>();

  /** Throws `PLUGIN_DUPLICATE` (`config`) where another plugin has the id. */
  add(plugin: ConnectorPlugin): void {
    const { id } = plugin.manifest;
    if (this.plugins.has(id) && this.plugins.get(id) !== plugin) {
      throw configError('PLUGIN_DUPLICATE', `two plugins have the id ${id}`);
    }
    this.plugins.set(id, plugin);
  }

  all(): readonly ConnectorPlugin[] {
    return [...this.plugins.values()];
  }

  /** Throws `PLUGIN_UNKNOWN` (`config`), naming the nearest known id. */
  byId(id: string): ConnectorPlugin {
    const plugin = this.plugins.get(id);
    if (plugin === undefined)
      throw configError('PLUGIN_UNKNOWN', `no plugin ${id}${hint(id, [...this.plugins.keys()])}`);
    return plugin;
  }
}

/** The descriptor of an operation. Throws `OPERATION_UNKNOWN` (`config`), naming the nearest known id. */
export function operationOf(plugin: ConnectorPlugin, id: string): OperationDescriptor {
  const descriptor = plugin.manifest.operations.find((operation) => operation.id === id);
  if (descriptor === undefined) {
    const known = plugin.manifest.operations.map((operation) => operation.id);
    throw configError('OPERATION_UNKNOWN', `${plugin.manifest.id} has no operation ${id}${hint(id, known)}`);
  }
  return descriptor;
}

function hint(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  return nearest === undefined ? `; known: ${known.join(', ') || 'none'}` : `; did you mean ${nearest}?`;
}

function configError(code: string, message: string): ConnectorError {
  return new ConnectorError({ category: 'config', code, message, effect: 'none', retryable: false });
}
