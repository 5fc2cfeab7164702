import { runChild } from '#src/child-process.js';
import { plainDocuments } from '#src/children/plain-document.js';
import { itemsSubject } from '../reference/items/items-subject.js';

/** A plugin that leaves an interval behind when it opens. */
const ENTRY = require.resolve('../mutants/entries/leaves-interval.js');

test.each(['run-once', 'run-documents'])(
  '%s ends once it has told its figures, whatever the plugin has left open',
  async (script) => {
    const fixture = await itemsSubject().start({ seed: 1 });
    const documents = plainDocuments(fixture.operations['read']?.good(1) ?? []);
    const run = { request: { operation: 'read', objectType: 'thing', properties: {} }, documents };
    const input = { entry: ENTRY, properties: fixture.connections.valid, ...run, runs: [run] };

    const { exitCode, report } = await runChild(script, input, { limitMs: 10_000 });
    await fixture.stop();

    expect(report).toBeDefined();
    expect(exitCode).toBe(0);
  },
);
