import type { Field, Json, SchemaFormat } from '@connector-runtime/core';
import { EXIT, UsageError } from '../exit-codes.js';
import { CommandHost, type CommonOptions } from '../host.js';
import { interruptible } from '../interrupt.js';
import { stdout } from '../output-stream.js';
import { printRows } from '../rows.js';

export interface BrowseOptions extends CommonOptions {
  readonly operation: string;
  readonly role?: 'input' | 'output';
  readonly format?: SchemaFormat | 'tree';
  readonly search?: string;
  /** An operation's file: its properties decide what the schema holds. */
  readonly properties?: string;
}

/** `connector browse`: object types, or the schema or fields of one. */
export async function browse(file: string, objectType: string | undefined, options: BrowseOptions): Promise<number> {
  return CommandHost.use(options, async (host) => {
    await interruptible((signal) => show(host, file, objectType, options, signal));
    return EXIT.OK;
  });
}

async function show(
  host: CommandHost,
  file: string,
  objectType: string | undefined,
  options: BrowseOptions,
  signal: AbortSignal,
): Promise<void> {
  const { operation, search, role, format } = options;
  if (objectType === undefined) {
    const ofOne = (['format', 'role', 'properties'] as const).find((name) => options[name] !== undefined);
    if (ofOne !== undefined) throw new UsageError(`--${ofOne} goes with an object type, not with the list of them`);
    const connection = await host.connect(file);
    const types = connection.objectTypes({ operation, ...(search === undefined ? {} : { search }) }, { signal });
    await printRows(types, ['id', 'label', 'custom']);
    return;
  }
  if (search !== undefined) throw new UsageError('--search goes with a list of object types, not with one of them');
  const connection = await host.connect(file);
  if (format === 'tree') {
    await printRows(connection.fields({ operation, objectType, path: [] }, { signal }) as AsyncIterable<Field>, [
      'name',
      'label',
      'type',
      'required',
      'can',
      'hasFields',
    ]);
    return;
  }
  const properties =
    options.properties === undefined
      ? undefined
      : await propertiesOf(host, file, objectType, options.properties, operation);
  const definition = await connection.describe(
    {
      operation,
      objectType,
      role: role ?? 'input',
      ...(format === undefined ? {} : { format }),
      ...(properties === undefined ? {} : { properties }),
    },
    { signal },
  );
  await stdout.write(definition.schema.endsWith('\n') ? definition.schema : `${definition.schema}\n`);
}

/** The properties of an operation's file, for this connection and object type. */
async function propertiesOf(
  host: CommandHost,
  connection: string,
  objectType: string,
  file: string,
  operation: string,
): Promise<Json> {
  const { component } = await host.operation(file, { connection, objectType, purpose: 'describe' });
  if (component.operation !== operation)
    throw new UsageError(`--properties ${file} is for operation ${component.operation}, not ${operation}`);
  return component.properties;
}
