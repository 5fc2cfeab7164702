import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';
import type { Json } from '@connector-runtime/core';
import { ConnectorRuntime } from '@connector-runtime/runtime';
import type { HttpComponent } from '#src/components/component-file.js';
import { scriptedPlugin } from '../scripted-plugin.js';

const accept = async function* () {};

function withPassword(configVersion = 1) {
  return scriptedPlugin(accept, {
    manifest: {
      configVersion,
      connection: {
        properties: {
          type: 'object',
          required: ['password'],
          additionalProperties: false,
          properties: { password: { type: 'string', format: 'password', writeOnly: true } },
        },
      },
    },
    plugin: {
      migrate: (fromVersion: number, properties: Json) => ({
        password: `${(properties as { pwd: string }).pwd}, from ${fromVersion}`,
      }),
    },
  });
}

describe('connecting', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'connector-connect-'));
    writeFileSync(path.join(folder, 'password.txt'), 'from a file\n');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each([
    ['file:password.txt', 'from a file'],
    ['vault:crm', 'from the vault'],
  ])('reads the secret %s', async (reference, text) => {
    const plugin = withPassword();
    const runtime = new ConnectorRuntime({
      plugins: [plugin],
      secretResolver: (name) => (name === 'vault:crm' ? 'from the vault' : Promise.reject(new Error(name))),
    });

    const connection = await runtime.connect({
      plugin: 'scripted',
      folder,
      properties: { password: { $secret: reference } },
    });
    const seen = runtime.redactor.text(text);

    expect(seen).toBe('[secret]');
    await connection.close();
  });

  test.each([
    ['env:NOT_SET_ANYWHERE', 'is not set in the environment'],
    ['file:nowhere.txt', 'cannot be read (ENOENT)'],
    ['vault:other', 'has no resolver'],
  ])('names the secret %s that cannot be read, with its pointer', async (reference, why) => {
    const runtime = new ConnectorRuntime({ plugins: [withPassword()] });

    await expect(
      runtime.connect({ plugin: 'scripted', folder, properties: { password: { $secret: reference } } }),
    ).rejects.toMatchObject({
      info: { category: 'config', code: 'SECRET_UNREADABLE', path: '/password', message: expect.stringContaining(why) },
    });
  });

  test('migrates properties of an older configVersion before it checks them', async () => {
    const runtime = new ConnectorRuntime({ plugins: [withPassword(3)] });

    await expect(
      runtime.connect({ plugin: 'scripted', configVersion: 2, properties: { pwd: 'old' } }),
    ).resolves.toBeDefined();
    await expect(runtime.connect({ plugin: 'scripted', configVersion: 4, properties: {} })).rejects.toMatchObject({
      info: { code: 'CONFIG_VERSION_UNKNOWN' },
    });
  });

  test('names a file of its http part that cannot be read, and a misspelt key', async () => {
    const runtime = new ConnectorRuntime({ plugins: [withPassword()] });
    const base = { plugin: 'scripted', folder, properties: { password: 'x' } };

    await expect(runtime.connect({ ...base, http: { caFile: 'no-ca.pem' } })).rejects.toMatchObject({
      info: { path: '/http/caFile' },
    });
    await expect(runtime.connect({ ...base, http: { cafile: 'x' } as object })).rejects.toMatchObject({
      info: { path: '/http/cafile', message: expect.stringContaining('did you mean caFile?') },
    });
  });

  test.each([
    ['connectTimeoutMs', -1, 'must be >= 1, got -1'],
    ['headersTimeoutMs', 1.5, 'must be integer, got 1.5'],
    ['headersTimeoutMs', 0, 'must be >= 1, got 0'],
    ['headersTimeoutMs', 3_000_000_000, 'must be <= 2147483647, got 3000000000'],
    ['bodyIdleTimeoutMs', '10s', 'must be integer, got "10s"'],
  ])('refuses the time limit %s of %j', async (name, value, text) => {
    const runtime = new ConnectorRuntime({ plugins: [withPassword()] });
    const http = { [name]: value } as HttpComponent;

    await expect(runtime.connect({ plugin: 'scripted', properties: { password: 'x' }, http })).rejects.toMatchObject({
      info: {
        category: 'config',
        code: 'CONFIG_INVALID',
        path: `/http/${name}`,
        message: expect.stringContaining(text),
      },
    });
  });

  test('shows no part of a secret that is too long to be shown whole', async () => {
    const runtime = new ConnectorRuntime({ plugins: [withPassword()] });
    const password = `long-barley${'x'.repeat(100)}`;
    process.env['LONG_PASSWORD'] = password;
    const properties = { password: { $secret: 'env:LONG_PASSWORD' } };
    const http = { connectTimeoutMs: password as unknown as number };

    const connecting = runtime.connect({ plugin: 'scripted', properties, http });

    await expect(connecting).rejects.toMatchObject({
      info: { message: expect.stringContaining('must be integer, got "[secret]"') },
    });
    delete process.env['LONG_PASSWORD'];
  });

  test('keeps the secret out of what it hands to a host', async () => {
    const runtime = new ConnectorRuntime({ plugins: [withPassword()] });
    const connection = await runtime.connect({ plugin: 'scripted', properties: { password: 'an-open-word' } });

    expect(JSON.stringify(connection) + inspect(connection, { depth: 9, showHidden: true })).not.toContain(
      'an-open-word',
    );
  });
});
