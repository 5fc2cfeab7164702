import path from 'node:path';
import type { ConnectorPlugin, OperationEvent } from '@connector-runtime/core';
import { ReadItems } from '../../reference/items/items-operations.js';
import {
  itemsPlugin,
  likeParent,
  type Mutants,
  withConnectionSchema,
  withDescriptor,
  withManifest,
  withOperation,
} from '../mutant.js';

const { browse: _, ...withoutBrowse } = itemsPlugin.manifest;

const givesNoCheckpoint = likeParent(
  class extends ReadItems {
    protected override handOn(outputs: readonly OperationEvent[]) {
      return super.handOn(outputs, undefined);
    }
  },
);

function withColours(colours: readonly string[]): ConnectorPlugin {
  return withConnectionSchema((schema) => ({
    ...schema,
    properties: {
      ...(schema['properties'] as object),
      colours: { type: 'array', items: { type: 'string', enum: colours } },
    },
  })).plugin;
}

/** Its manifest.json is that of an earlier build. */
const STALE_PACKAGE = path.join(__dirname, '..', '..', '..', 'mutants', 'entries', 'stale-manifest', 'index.js');

export const MANIFEST_MUTANTS: Mutants = {
  'MAN-01': withManifest({ documentation: (() => 'Items') as unknown as string }),
  'MAN-01:form': withManifest({ colour: 'red' } as object),
  'MAN-01:version': withManifest({ version: '01.2.0' }),
  'MAN-01:range': withManifest({ contract: 'the first' }),
  'MAN-01:contract': withManifest({ contract: '^2.0' }),
  'MAN-01:written': { plugin: itemsPlugin, entry: STALE_PACKAGE },
  'MAN-02': { plugin: itemsPlugin, entry: require.resolve('../entries/starts-timer.js') },
  'MAN-03': withDescriptor('update', { reconciles: true }),
  'MAN-03:checkpoints': withOperation('read', givesNoCheckpoint),
  'MAN-04': { plugin: { ...itemsPlugin, manifest: withoutBrowse } },
  'MAN-04:checkpoint': withDescriptor('read', { resumable: false }),
  'MAN-05:list': {
    plugin: withColours(['red']),
    previous: { ...withColours(['red', 'blue']).manifest, version: '1.1.0' },
  },
  'MAN-05': {
    plugin: itemsPlugin,
    previous: {
      ...itemsPlugin.manifest,
      version: '1.1.0',
      operations: itemsPlugin.manifest.operations.map((operation) =>
        operation.id === 'upload' ? { ...operation, id: 'send' } : operation,
      ),
    },
  },
};
