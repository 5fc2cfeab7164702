import type { ConnectorPlugin, Json, OperationDescriptor } from '@connector-runtime/core';
import { definePlugin } from '@connector-runtime/core/authoring';
import { LinesBrowse } from './lines-browse.js';
import { LinesClient } from './lines-client.js';
import { LinesConnection } from './lines-connection.js';
import { MAX_ENTRY_BYTES } from './lines-entry.js';
import { LinesPool } from './lines-pool.js';
import { CONNECTION, NO_PROPERTIES, OF_SNAPSHOT, READ } from './lines-properties.js';
import { ReadEntries, ReadSnapshot } from './lines-reads.js';
import { LinesSession } from './lines-session.js';
import { LinesWire } from './lines-wire.js';
import { CreateEntries, PutEntries, RemoveEntries } from './lines-writes.js';

const ENTRY_OPERATION = {
  repeat: 'safe',
  properties: NO_PROPERTIES,
  objectType: 'required',
  accepts: ['application/json'],
  emits: ['application/json'],
  order: 'input',
  resumable: false,
  reconciles: false,
  limits: { maxDocumentBytes: MAX_ENTRY_BYTES, maxInFlight: 4, stopWithinMs: 1_000 },
} as const satisfies Partial<OperationDescriptor>;

/** A small good plugin with sockets of its own, as a driver has them: what HTTP_CLIENT does for others it does itself, and the suite holds it to the same. */
const linesPlugin: ConnectorPlugin = definePlugin({
  manifest: {
    id: 'lines',
    version: '2.0.0',
    contract: '^1.0',
    title: 'Lines',
    configVersion: 2,
    egress: 'own',
    connection: { properties: CONNECTION, concurrency: '/concurrent' },
    browse: { schemas: ['json-schema'], lazyFields: false },
    operations: [
      {
        ...ENTRY_OPERATION,
        id: 'read',
        title: 'Read entries',
        effect: 'read',
        properties: READ,
        resumable: true,
        variants: [{ id: 'snapshot', when: OF_SNAPSHOT, resumable: false }],
      },
      {
        ...ENTRY_OPERATION,
        id: 'create',
        title: 'Create entries',
        effect: 'create',
        repeat: 'unsafe',
        batch: { maxDocuments: 10, atomic: 'never' },
        reconciles: true,
      },
      { ...ENTRY_OPERATION, id: 'put', title: 'Put entries', effect: 'upsert' },
      { ...ENTRY_OPERATION, id: 'remove', title: 'Remove entries', effect: 'delete' },
    ],
  },
  connection: LinesConnection,
  browse: () => LinesBrowse,
  operations: {
    read: ({ snapshot }) => (snapshot === true ? ReadSnapshot : ReadEntries),
    create: () => CreateEntries,
    put: () => PutEntries,
    remove: () => RemoveEntries,
  },
  shared: [LinesPool, LinesWire, LinesSession, LinesClient],
  migrate: (fromVersion, properties) =>
    fromVersion === 1 ? withHostAndPort(properties as Readonly<Record<string, Json>>) : properties,
});

/** Version 1 had both in one `address`. */
function withHostAndPort({ address, ...kept }: Readonly<Record<string, Json>>): Json {
  if (typeof address !== 'string') return kept;
  const [, host = address, port = ''] = /^(.*):(\d+)$/.exec(address) ?? [];
  return { ...kept, host, port: Number(port) };
}

export default linesPlugin;
