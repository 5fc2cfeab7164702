import { readFile } from 'node:fs/promises';
import { type ConnectorPlugin, isConnectorError } from '@connector-runtime/core';
import { findNodeAtLocation, parseTree } from 'jsonc-parser';
import {
  isOperationComponent,
  readConnectionComponent,
  readJsonc,
  readOperationComponent,
} from '../../components/component-file.js';
import { issuesOf } from '../../components/config-issue.js';
import { validatorOf } from '../../components/property-validator.js';
import { resolveSecrets } from '../../components/secret-references.js';
import { operationOf } from '../../plugins/plugin-registry.js';
import { EXIT, UsageError } from '../exit-codes.js';
import { CommandHost, type CommonOptions } from '../host.js';
import { printRows } from '../rows.js';

interface Finding {
  readonly file: string;
  readonly valid: boolean;
  readonly line?: number;
  readonly column?: number;
  readonly path?: string;
  readonly message?: string;
}

/** `connector validate`: every issue of every file, with line and column; nothing is sent. */
export async function validate(files: readonly string[], options: CommonOptions): Promise<number> {
  return CommandHost.use(options, async (host) => {
    const findings: Finding[] = [];
    for (const file of files) findings.push(...(await findingsOf(host, file)));
    await printRows(findings, ['file', 'line', 'column', 'path', 'message', 'valid']);
    return findings.every((finding) => finding.valid) ? EXIT.OK : EXIT.USAGE;
  });
}

async function findingsOf(host: CommandHost, file: string): Promise<Finding[]> {
  try {
    if (isOperationComponent(await readJsonc(file))) await checkOperation(host, file);
    else await (await host.connect(file)).close();
    return [{ file, valid: true }];
  } catch (error) {
    if (!isConnectorError(error)) throw error;
    const issues = issuesOf(error);
    if (issues.length === 0) return [{ file, valid: false, message: host.shown(error.message) }];
    const text = await readFile(file, 'utf8');
    return issues.map(({ path, message }) => ({
      file,
      valid: false,
      path,
      message: host.shown(message),
      ...placeOf(text, path),
    }));
  }
}

async function checkOperation(host: CommandHost, file: string): Promise<void> {
  const component = await readOperationComponent(file);
  const plugin = await pluginOf(host, component.connection, component.operation);
  const descriptor = operationOf(plugin, component.operation);
  const properties = await resolveSecrets(component.properties, component.folder, undefined, host.noteSecret);
  validatorOf(`the properties of ${descriptor.id}`, descriptor.properties).check(properties, host.shown);
}

/** By the connection that the operation names, else the one plugin that has such an operation. */
async function pluginOf(
  host: CommandHost,
  connection: string | undefined,
  operation: string,
): Promise<ConnectorPlugin> {
  if (connection !== undefined) return host.registry.byId((await readConnectionComponent(connection)).plugin);
  const all = host.registry.all();
  const having = all.filter((plugin) => plugin.manifest.operations.some(({ id }) => id === operation));
  const [first] = having.length > 0 ? having : all;
  if (first === undefined)
    throw new UsageError(
      'no plugins: list them as connectorRuntime.plugins in package.json, or name one with --plugin',
    );
  return first;
}

/** Line and column of a property, counted from 1; of the nearest one above it where it is missing. Issues of `properties` point below it, the others at the file's own keys. */
function placeOf(text: string, pointer: string): { readonly line: number; readonly column: number } | undefined {
  const tree = parseTree(text, [], { allowTrailingComma: true });
  if (tree === undefined) return undefined;
  const segments = pointer
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
  const paths = [['properties', ...segments], segments];
  for (const path of paths) {
    const node = findNodeAtLocation(
      tree,
      path.map((part) => (/^\d+$/.test(part) ? Number(part) : part)),
    );
    if (node !== undefined)
      return lineAndColumn(text, node.parent?.type === 'property' ? node.parent.offset : node.offset);
  }
  const parent = findNodeAtLocation(tree, ['properties']) ?? tree;
  return lineAndColumn(text, parent.offset);
}

function lineAndColumn(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
