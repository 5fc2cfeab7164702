import type {
  ConnectorManifest,
  ConnectorPlugin,
  Document,
  Events,
  ExecutionContext,
  OperationDescriptor,
} from '@connector-runtime/core';
import { perDocument } from '@connector-runtime/core/authoring';
import type { Need } from '#src/needs.js';
import { likeParent, withManifest, withOperation } from '../mutants/mutant.js';
import { CreateItems, ReadItems } from '../reference/items/items-operations.js';
import itemsPlugin from '../reference/items/items-plugin.js';
import { without } from './without.js';

/** The items plugin without one of its abilities, in its manifest and in its code. */
export interface SwitchedOff {
  readonly plugin: ConnectorPlugin;
  /** What goes with it: a plugin that writes nothing creates nothing either. */
  readonly alsoAbsent: readonly Need[];
}

/** One request for each document. */
class CreateOneByOne extends CreateItems {
  override execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
    return perDocument(documents, context, (document) => this.create([document], context));
  }
}
likeParent(CreateOneByOne);

/** Cannot be asked what it did. */
export class CreateWithoutReconcile extends CreateItems {}
Object.defineProperty(likeParent(CreateWithoutReconcile).prototype, 'reconcile', { value: undefined });

/** Hands its rows on without a place to go on from. */
class ReadWithoutCheckpoints extends ReadItems {
  protected override handOn(...[outputs]: Parameters<ReadItems['handOn']>) {
    return super.handOn(outputs, undefined);
  }
}
likeParent(ReadWithoutCheckpoints);

const { manifest } = itemsPlugin;

const NO_PROPERTIES = { type: 'object', additionalProperties: false, properties: {} };
const ONLY_TAG = { ...NO_PROPERTIES, properties: { tag: { type: 'string', 'x-dynamic': true } } };
const ALL_OR_NONE = { ...NO_PROPERTIES, properties: { allOrNone: { type: 'boolean', default: false } } };

/** For each need, the plugin that does not declare it. */
export const SWITCHED_OFF: Readonly<Record<Need, SwitchedOff>> = {
  // Its code still uses what the host lends: a plugin with sockets of its own is a reference by itself.
  http: { plugin: withManifest({ egress: 'own' }).plugin, alsoAbsent: [] },
  browse: {
    plugin: { ...without(itemsPlugin, 'browse'), manifest: without(manifest, 'browse') },
    alsoAbsent: ['both formats'],
  },
  'both formats': {
    plugin: withManifest({ browse: { schemas: ['json-schema'], lazyFields: true } }).plugin,
    alsoAbsent: [],
  },
  'older configVersion': {
    plugin: { ...without(itemsPlugin, 'migrate'), manifest: { ...manifest, configVersion: 1 } },
    alsoAbsent: [],
  },
  read: { plugin: onlyWhere(({ effect }) => effect !== 'read'), alsoAbsent: ['resumable'] },
  write: {
    plugin: onlyWhere(({ effect }) => effect === 'read'),
    alsoAbsent: ['create', 'update', 'unsafe repeat', 'safe repeat', 'batch', 'atomic', 'reconciles', 'dynamic'],
  },
  create: {
    plugin: onlyWhere(({ effect }) => effect !== 'create'),
    alsoAbsent: ['unsafe repeat', 'batch', 'atomic', 'reconciles', 'dynamic'],
  },
  update: { plugin: onlyWhere(({ effect }) => effect !== 'update' && effect !== 'upsert'), alsoAbsent: [] },
  'unsafe repeat': {
    plugin: onlyWhere(({ repeat }) => repeat !== 'unsafe'),
    alsoAbsent: ['create', 'batch', 'atomic', 'reconciles', 'dynamic'],
  },
  'safe repeat': {
    plugin: onlyWhere(({ effect, repeat }) => effect === 'read' || repeat === 'unsafe'),
    alsoAbsent: ['update'],
  },
  batch: {
    plugin: withOperations(
      (operation) => without(operation, 'batch', 'variants'),
      withOperation('create', CreateOneByOne).plugin,
    ),
    alsoAbsent: ['atomic'],
  },
  atomic: {
    plugin: withOperations((operation) =>
      operation.batch === undefined
        ? operation
        : { ...without(operation, 'variants'), batch: { ...operation.batch, atomic: 'never' }, properties: ONLY_TAG },
    ),
    alsoAbsent: [],
  },
  'input order': { plugin: withOperations((operation) => ({ ...operation, order: 'any' })), alsoAbsent: [] },
  resumable: {
    plugin: withOperations(
      (operation) => ({ ...operation, resumable: false }),
      withOperation('read', ReadWithoutCheckpoints).plugin,
    ),
    alsoAbsent: [],
  },
  reconciles: {
    plugin: withOperations(
      (operation) => ({ ...operation, reconciles: false }),
      withOperation('create', CreateWithoutReconcile).plugin,
    ),
    alsoAbsent: [],
  },
  dynamic: {
    plugin: withOperations(
      (operation) => (operation.id === 'create' ? { ...operation, properties: ALL_OR_NONE } : operation),
      onlyWhere(({ id }) => id !== 'upload'),
    ),
    alsoAbsent: [],
  },
};

function onlyWhere(holds: (operation: OperationDescriptor) => boolean): ConnectorPlugin {
  const operations = manifest.operations.filter(holds);
  const ids = new Set(operations.map(({ id }) => id));
  return {
    ...itemsPlugin,
    manifest: { ...manifest, operations },
    operations: Object.fromEntries(Object.entries(itemsPlugin.operations).filter(([id]) => ids.has(id))),
  };
}

/** Every operation of the manifest, changed. */
export function withOperations(
  change: (operation: OperationDescriptor) => OperationDescriptor,
  plugin: ConnectorPlugin = itemsPlugin,
): ConnectorPlugin {
  const changed: ConnectorManifest = { ...plugin.manifest, operations: plugin.manifest.operations.map(change) };
  return { ...plugin, manifest: changed };
}
