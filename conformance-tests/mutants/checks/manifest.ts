import { itemsPlugin, type Mutants, withDescriptor, withManifest } from '../mutant.js';

const { browse: _, ...withoutBrowse } = itemsPlugin.manifest;

export const MANIFEST_MUTANTS: Mutants = {
  'MAN-01': withManifest({ documentation: (() => 'Items') as unknown as string }),
  'MAN-02': { plugin: itemsPlugin, entry: require.resolve('../entries/starts-timer.js') },
  'MAN-03': withDescriptor('update', { reconciles: true }),
  'MAN-04': { plugin: { ...itemsPlugin, manifest: withoutBrowse } },
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
