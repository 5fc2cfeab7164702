import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { ConnectorRuntime } from '@connector-runtime/runtime';
import plugin from '../src/index.js';
import { LocalService } from './service.js';

// The suite holds the plugin against the contract. What only you know of your service belongs here.

test('notes that were created are read again', async () => {
  const service = await LocalService.start(1);
  const runtime = new ConnectorRuntime({ plugins: [plugin] });
  try {
    const properties = { url: service.url, apiKey: service.apiKey };
    const connection = await runtime.connect({ plugin: plugin.manifest.id, properties });
    const written = await connection
      .execute({ operation: 'create' }, [{ body: { title: 'Ada' } }, { body: { title: 'Grace' } }])
      .finish();
    const read: unknown[] = [];
    for await (const event of connection.execute({ operation: 'read' }))
      if (event.type === 'output') read.push(event.body);

    assert.equal(written.counts.success, 2);
    assert.deepEqual(read, [{ title: 'Ada' }, { title: 'Grace' }]);
  } finally {
    await runtime.close();
    await service.stop();
  }
});

test('the manifest has the version of the package', () => {
  const text = readFileSync(path.join(__dirname, '..', '..', 'package.json'), 'utf8');

  assert.equal(plugin.manifest.version, (JSON.parse(text) as { readonly version: string }).version);
});
