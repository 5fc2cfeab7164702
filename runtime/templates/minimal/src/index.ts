import { definePlugin } from '@connector-runtime/core/authoring';
import { ServiceConnection } from './connection.js';
import { CreateNotes } from './create-notes.js';
import { manifest } from './manifest.js';
import { ReadNotes } from './read-notes.js';

/** The plugin: its manifest, and the class behind each part of it. The compiler holds the ids of `operations` against the manifest. */
const plugin = definePlugin({
  manifest,
  connection: ServiceConnection,
  operations: { read: () => ReadNotes, create: () => CreateNotes },
});

// CommonJS's own form: `require` gives the plugin itself, and so does `import` in an ES module.
export = plugin;
