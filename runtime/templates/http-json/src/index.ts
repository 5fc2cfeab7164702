import { definePlugin } from '@connector-runtime/core/authoring';
import { Client } from './client.js';
import { ServiceConnection } from './connection.js';
import { manifest } from './manifest.js';
import { Session } from './session.js';

/** The plugin: its manifest, and the class behind each part of it. The compiler holds the ids of `operations` against the manifest. */
const plugin = definePlugin({
  manifest,
  connection: ServiceConnection,
  // Imported when they are first needed: what a host does not use costs it no start-up.
  browse: async () => (await import('./browse.js')).RecordsBrowse,
  operations: {
    read: async () => (await import('./read-records.js')).ReadRecords,
    create: async () => (await import('./create-records.js')).CreateRecords,
  },
  // One of each for a connection, whoever injects it. A class that is not listed is made anew for each class that injects it.
  shared: [Session, Client],
});

// CommonJS's own form: `require` gives the plugin itself, and so does `import` in an ES module.
export = plugin;
