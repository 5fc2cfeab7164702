import type { ConnectorManifest, JsonSchema, OperationDescriptor } from '@connector-runtime/core';

/** What a manifest may declare, as far as checks depend on it. */
export type Need = keyof typeof NEEDS;

const someOperation = (holds: (operation: OperationDescriptor) => boolean) => (manifest: ConnectorManifest) =>
  manifest.operations.some(holds);

/** By name: what to say where it is not declared, and how it is seen. */
export const NEEDS = {
  http: { absent: 'the plugin opens sockets of its own', holds: ({ egress }: ConnectorManifest) => egress !== 'own' },
  browse: { absent: 'no browse is declared', holds: ({ browse }: ConnectorManifest) => browse !== undefined },
  'both formats': {
    absent: 'one schema format is declared',
    holds: ({ browse }: ConnectorManifest) => (browse?.schemas.length ?? 0) > 1,
  },
  'older configVersion': {
    absent: 'configVersion is 1',
    holds: ({ configVersion }: ConnectorManifest) => configVersion > 1,
  },
  read: { absent: 'no operation reads', holds: someOperation(({ effect }) => effect === 'read') },
  write: { absent: 'no operation writes', holds: someOperation(({ effect }) => effect !== 'read') },
  create: { absent: 'no operation creates', holds: someOperation(({ effect }) => effect === 'create') },
  update: {
    absent: 'no operation updates or upserts',
    holds: someOperation(({ effect }) => effect === 'update' || effect === 'upsert'),
  },
  'unsafe repeat': {
    absent: 'every write may be repeated',
    holds: someOperation(({ effect, repeat }) => effect !== 'read' && repeat === 'unsafe'),
  },
  'safe repeat': {
    absent: 'no write may be repeated',
    holds: someOperation(({ effect, repeat }) => effect !== 'read' && repeat !== 'unsafe'),
  },
  batch: {
    absent: 'no operation batches',
    holds: someOperation((operation) => shapesOf(operation).some(({ batch }) => batch !== undefined)),
  },
  atomic: {
    absent: 'no batch is atomic',
    holds: someOperation((operation) =>
      shapesOf(operation).some(({ batch }) => batch !== undefined && batch.atomic !== 'never'),
    ),
  },
  'input order': {
    absent: 'no operation declares order input',
    holds: someOperation((operation) => shapesOf(operation).some(({ order }) => order === 'input')),
  },
  resumable: {
    absent: 'no read is resumable',
    holds: someOperation(
      (operation) => operation.effect === 'read' && shapesOf(operation).some(({ resumable }) => resumable === true),
    ),
  },
  reconciles: {
    absent: 'no operation reconciles',
    holds: someOperation((operation) => shapesOf(operation).some(({ reconciles }) => reconciles === true)),
  },
  dynamic: {
    absent: 'no property is x-dynamic',
    holds: someOperation(({ properties }) => dynamicNames(properties).length > 0),
  },
} as const;

/** Why the rule does not apply to this manifest; `undefined` if it does. */
export function missingNeed(needs: readonly Need[], manifest: ConnectorManifest): string | undefined {
  const missing = needs.find((need) => !NEEDS[need].holds(manifest));
  return missing === undefined ? undefined : NEEDS[missing].absent;
}

/** The operation as it is without a variant, and with each. */
function shapesOf(operation: OperationDescriptor): readonly Partial<OperationDescriptor>[] {
  return [operation, ...(operation.variants ?? [])];
}

/** Properties that a document may override. */
export function dynamicNames(schema: JsonSchema): readonly string[] {
  const properties = (schema['properties'] ?? {}) as Readonly<Record<string, JsonSchema>>;
  return Object.keys(properties).filter((name) => properties[name]?.['x-dynamic'] === true);
}
