import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ConnectorError, type ConnectorPlugin } from '@connector-runtime/core';
import { checkPlugin } from './manifest-check.js';

const NEEDS_IMPORT = new Set(['ERR_REQUIRE_ESM', 'ERR_REQUIRE_ASYNC_MODULE', 'ERR_PACKAGE_PATH_NOT_EXPORTED']);

/**
 * Loads a plugin by object, package name or path (`./plugin.js`, absolute; relative to `folder`, from where packages are looked up too).
 * `PLUGIN_NOT_FOUND` (`config`) says what to install; `PLUGIN_INVALID` (`contract`) what is wrong with it.
 */
export async function loadPlugin(source: ConnectorPlugin | string, folder: string): Promise<ConnectorPlugin> {
  if (typeof source !== 'string') {
    checkPlugin(source, source?.manifest?.id ?? 'object');
    return source;
  }
  const plugin = await importPlugin(source, folder);
  checkPlugin(plugin, source);
  return plugin;
}

async function importPlugin(specifier: string, folder: string): Promise<ConnectorPlugin> {
  const isPath = specifier.startsWith('.') || path.isAbsolute(specifier);
  const requireFrom = createRequire(path.join(folder, 'package.json'));
  const target = isPath ? path.resolve(folder, specifier) : specifier;
  let resolved = target;
  try {
    resolved = requireFrom.resolve(target);
    return defaultExport(requireFrom(target));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (NEEDS_IMPORT.has(code)) {
      const { importModule } = requireRuntimeFile('import-module.js') as {
        readonly importModule: (specifier: string) => Promise<unknown>;
      };
      return defaultExport(await importModule(isPath ? pathToFileURL(resolved).href : importTarget(specifier, folder)));
    }
    if (code === 'MODULE_NOT_FOUND' && resolved === target) throw notFound(specifier, isPath, error);
    throw new ConnectorError(
      {
        category: 'contract',
        code: 'PLUGIN_INVALID',
        message: `plugin ${specifier} cannot be loaded: ${String(error)}`,
        effect: 'none',
        retryable: false,
      },
      { cause: error },
    );
  }
}

/** The committed plain-JS file beside dist: the compiler would turn a true `import()` into `require`. */
function requireRuntimeFile(name: string): unknown {
  return require(path.join(__dirname, '..', '..', 'bin', name));
}

/** An ES module that exports nothing to `require` is found by its folder in the nearest node_modules. */
function importTarget(specifier: string, folder: string): string {
  for (const root of createRequire(path.join(folder, 'package.json')).resolve.paths(specifier) ?? []) {
    try {
      const manifest = require(path.join(root, specifier, 'package.json')) as { exports?: unknown; module?: string };
      const entry = importEntry(manifest.exports) ?? manifest.module;
      if (entry !== undefined) return pathToFileURL(path.join(root, specifier, entry)).href;
    } catch {
      // not in this node_modules; the next one up
    }
  }
  return specifier;
}

function importEntry(exported: unknown): string | undefined {
  if (typeof exported === 'string') return exported;
  if (typeof exported !== 'object' || exported === null) return undefined;
  const conditions = exported as Record<string, unknown>;
  return importEntry(conditions['.'] ?? conditions['import'] ?? conditions['node'] ?? conditions['default']);
}

function defaultExport(module: unknown): ConnectorPlugin {
  let exported = module as { default?: unknown } | undefined;
  while (
    exported !== undefined &&
    exported !== null &&
    typeof exported === 'object' &&
    !('manifest' in exported) &&
    exported.default !== undefined
  ) {
    exported = exported.default as { default?: unknown };
  }
  return exported as unknown as ConnectorPlugin;
}

function notFound(specifier: string, isPath: boolean, cause: unknown): ConnectorError {
  const remedy = isPath ? 'no such file' : `it is not installed: npm i ${specifier}`;
  return new ConnectorError(
    {
      category: 'config',
      code: 'PLUGIN_NOT_FOUND',
      message: `plugin ${specifier}: ${remedy}`,
      effect: 'none',
      retryable: false,
    },
    { cause },
  );
}
