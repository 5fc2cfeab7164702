import { definePlugin } from '@connector-runtime/core/authoring';
import { ServiceConnection } from './connection.js';
import { CreateNotes } from './create-notes.js';
import { manifest } from './manifest.js';
import { ReadNotes } from './read-notes.js';

/** The plugin: its manifest, and the class behind each part of it. The compiler holds the ids of `operations` against the manifest. */
export default definePlugin({
  manifest,
  connection: ServiceConnection,
  operations: { read: () => ReadNotes, create: () => CreateNotes },
});
