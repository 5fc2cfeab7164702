import { readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { ConnectorPlugin, Json } from '@connector-runtime/core';
import { ConnectorRuntime } from '../connector-runtime.js';
import { loadPlugin } from '../plugins/plugin-loader.js';
import { PluginRegistry } from '../plugins/plugin-registry.js';
import type { RuntimeConnection } from '../runtime-connection.js';
import { FileCredentialStore } from '../services/file-credential-store.js';
import { jsonLineSink, type LogLevel } from '../services/log-sink.js';
import { type CheckedOperation, ComponentCheck } from './component-check.js';
import { UsageError } from './exit-codes.js';
import { type Checked, ComponentFault } from './findings.js';
import { reportError } from './report-error.js';
import { textLineSink } from './text-line-sink.js';

/** What every command takes. */
export interface CommonOptions {
  readonly plugin?: readonly string[];
  readonly quiet?: boolean;
  readonly logLevel?: LogLevel;
  readonly jsonLogs?: boolean;
}

/** A runtime as the command hosts it: plugins by name, credentials in the user's state folder, logs on stderr. */
export class CommandHost {
  readonly check: ComponentCheck;

  private constructor(
    readonly registry: PluginRegistry,
    readonly runtime: ConnectorRuntime,
  ) {
    this.check = new ComponentCheck(registry, runtime);
  }

  private static async start(options: CommonOptions): Promise<CommandHost> {
    const registry = new PluginRegistry();
    for (const plugin of await findPlugins(options.plugin ?? [])) registry.add(plugin);
    const level = options.logLevel ?? (options.quiet === true ? 'error' : 'warn');
    const runtime = new ConnectorRuntime({
      plugins: registry.all(),
      logger: options.jsonLogs === true ? jsonLineSink(level) : textLineSink(level),
      credentialStore: new FileCredentialStore(stateFolder()),
    });
    return new CommandHost(registry, runtime);
  }

  /** Runs a command's work with a host of its own, and closes it. What the work throws is reported here, where its secrets are known. */
  static async use(options: CommonOptions, work: (host: CommandHost) => Promise<number>): Promise<number> {
    const host = await CommandHost.start(options);
    try {
      return await work(host);
    } catch (error) {
      return reportError(error, host.shown);
    } finally {
      await host.close();
    }
  }

  /** A text without the secrets that this command has met. */
  readonly shown = (text: string): string => this.runtime.redactor.text(text);

  /** The connection of a component's file. Throws {@link ComponentFault}. */
  async connect(file: string): Promise<RuntimeConnection> {
    return faultless(await this.check.connection(file));
  }

  /** The operation of a component's file, for a connection's file or an object type that are named elsewhere. Throws {@link ComponentFault}. */
  async operation(file: string, elsewhere: Parameters<ComponentCheck['operation']>[1]): Promise<CheckedOperation> {
    return faultless(await this.check.operation(file, elsewhere));
  }

  private close(): Promise<void> {
    return this.runtime.close();
  }
}

function faultless<T>({ component, findings }: Checked<T>): T {
  if (component === undefined) throw new ComponentFault(findings.filter((finding) => !finding.valid));
  return component;
}

/** Where stored credentials outlive a command. */
export function stateFolder(): string {
  const base = process.env['XDG_STATE_HOME'] || path.join(os.homedir(), '.local', 'state');
  return path.join(base, 'connector-runtime');
}

/** Those named by `--plugin`, and those listed in the nearest package.json as `connectorRuntime.plugins`. */
async function findPlugins(named: readonly string[]): Promise<readonly ConnectorPlugin[]> {
  const folder = process.cwd();
  const plugins = await Promise.all(named.map((specifier) => loadPlugin(specifier, folder)));
  const listed = await listedPlugins(folder);
  plugins.push(...(await Promise.all(listed.plugins.map((specifier) => loadPlugin(specifier, listed.folder)))));
  return plugins.filter(
    (plugin, index) => plugins.findIndex((other) => other.manifest.id === plugin.manifest.id) === index,
  );
}

async function listedPlugins(from: string): Promise<{ readonly folder: string; readonly plugins: readonly string[] }> {
  for (let folder = from; ; folder = path.dirname(folder)) {
    const text = await readFile(path.join(folder, 'package.json'), 'utf8').catch(() => undefined);
    if (text !== undefined) {
      const listed = (parse(text, folder) as { connectorRuntime?: { plugins?: Json } }).connectorRuntime?.plugins ?? [];
      if (!Array.isArray(listed) || listed.some((name) => typeof name !== 'string')) {
        throw new UsageError(
          `${path.join(folder, 'package.json')}: connectorRuntime.plugins must be a list of package names or paths`,
        );
      }
      return { folder, plugins: listed as string[] };
    }
    if (path.dirname(folder) === folder) return { folder: from, plugins: [] };
  }
}

function parse(text: string, folder: string): object {
  try {
    return JSON.parse(text) as object;
  } catch (error) {
    throw new UsageError(`${path.join(folder, 'package.json')}: ${(error as Error).message}`);
  }
}
