import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { isConnectorError } from '@connector-runtime/core';
import { ConnectorRuntime, loadPlugin } from '@connector-runtime/runtime';
import { scriptedPlugin } from '../scripted-plugin.js';
import { ForeignPlugin } from './foreign-plugin.js';

const BIN = path.resolve(__dirname, '..', '..', 'bin', 'connector.js');

async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return 'loaded';
  } catch (error) {
    return isConnectorError(error) ? `${error.info.code}: ${error.message}` : String(error);
  }
}

describe('a plugin with its own copies of core and tsyringe', () => {
  let foreign: ForeignPlugin;
  beforeAll(() => {
    foreign = new ForeignPlugin();
  });
  afterAll(() => foreign.remove());

  test('runs, with its shared classes and the runtime’s services injected', async () => {
    const plugin = await loadPlugin('./plugin.js', foreign.folder);
    const runtime = new ConnectorRuntime({ plugins: [plugin] });
    const connection = await runtime.connect({ plugin: 'foreign', properties: {} });
    const messages: unknown[] = [];

    for (const _ of [1, 2]) {
      for await (const event of connection.execute({ operation: 'count' }, [{ body: 'x' }]))
        messages.push(event.type === 'result' && event.message);
    }

    expect(messages).toEqual(['number 1', 'number 2']);
    await runtime.close();
  });

  test('has its errors recognised', async () => {
    const runtime = new ConnectorRuntime({ plugins: [await loadPlugin('./plugin.js', foreign.folder)] });
    const connection = await runtime.connect({ plugin: 'foreign', properties: {} });

    const summary = await connection.execute({ operation: 'count' }, [{ id: 'wrong', body: 'x' }]).finish();

    expect(summary.error).toMatchObject({ category: 'quota', code: 'FOREIGN_LIMIT' });
    await runtime.close();
  });

  test.each([['./plugin.mjs'], ['esm-only'], ['./plugin.js']])('is loaded from %s', (specifier) => {
    const { stdout, status, stderr } = spawnSync(process.execPath, [BIN, 'list', '--plugin', specifier], {
      cwd: foreign.folder,
      encoding: 'utf8',
    });

    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ id: 'foreign' });
  });
});

describe('loading a plugin', () => {
  test('that is not installed says what to type', async () => {
    expect(await codeOf(loadPlugin('connector-of-nobody', __dirname))).toBe(
      'PLUGIN_NOT_FOUND: plugin connector-of-nobody: it is not installed: npm i connector-of-nobody',
    );
    expect(await codeOf(loadPlugin('./nowhere.js', __dirname))).toContain('PLUGIN_NOT_FOUND');
  });

  test('that throws while it is loaded names it', async () => {
    const file = path.join(__dirname, 'throwing-plugin.js');
    writeFileSync(file, 'throw new RangeError("too far");');

    expect(await codeOf(loadPlugin('./throwing-plugin.js', __dirname))).toContain(
      'PLUGIN_INVALID: plugin ./throwing-plugin.js cannot be loaded: RangeError: too far',
    );
  });

  const script = async function* () {};
  const good = scriptedPlugin(script);

  test.each<[string, Parameters<typeof scriptedPlugin>[1], string]>([
    [
      'written for another contract',
      { manifest: { contract: '^2.0' } },
      'asks for contract ^2.0, this runtime offers 1.0.0',
    ],
    [
      'written for a later contract, with what that adds',
      { manifest: { contract: '^1.7', novelty: true } as object },
      ': /contract: asks for contract ^1.7, this runtime offers 1.0.0',
    ],
    ['whose contract is no range', { manifest: { contract: 'newest' } }, '/contract: must be a semver range'],
    [
      'that declares an operation twice',
      { manifest: { operations: [...good.manifest.operations, ...good.manifest.operations] } },
      'write is declared twice',
    ],
    [
      'that lacks a declared operation',
      { plugin: { operations: {} } },
      'declares write, but the plugin has no such operation',
    ],
    [
      'that declares a browse and has none',
      { manifest: { browse: { schemas: ['xsd'], lazyFields: false } } },
      '/browse: must be declared exactly if',
    ],
    ['whose manifest has an unknown key', { manifest: { egres: [] } as object }, 'did you mean egress?'],
  ])('refuses one %s', (_, changes, message) => {
    expect(() => new ConnectorRuntime({ plugins: [scriptedPlugin(script, changes)] })).toThrow(message);
  });

  test('whose schema has a misspelt keyword is refused when the schema is needed', async () => {
    const broken = () => ({ type: 'object', requird: [] });
    const ofConnection = scriptedPlugin(script, { manifest: { connection: { properties: broken() } } });
    const ofOperation = scriptedPlugin(script, { descriptor: { properties: broken() } });
    const connected = (plugin: typeof good) =>
      new ConnectorRuntime({ plugins: [plugin] }).connect({ plugin: 'scripted', properties: {} });

    expect(await codeOf(connected(ofConnection))).toContain(
      "PLUGIN_INVALID: the schema of the connection's properties does not compile",
    );
    const connection = await connected(ofOperation);
    expect(() => connection.execute({ operation: 'write' }, [])).toThrow(
      'the schema of the properties of write does not compile',
    );
  });
});
