import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Json, JsonSchema } from '@connector-runtime/core';
import { readConnectionComponent, readOperationComponent } from '@connector-runtime/runtime';
import { satisfies } from '#src/components/property-validator.js';

const folder = mkdtempSync(path.join(os.tmpdir(), 'connector-components-'));
afterAll(() => rmSync(folder, { recursive: true }));

const published = (name: string) => require(`@connector-runtime/runtime/${name}.schema.json`) as JsonSchema;

const CONNECTION = { plugin: 'x', properties: {} };
const OPERATION = { operation: 'x', properties: {} };
const HTTP = {
  proxy: 'http://p:1',
  noProxy: 'a',
  caFile: 'a',
  certFile: 'a',
  keyFile: 'a',
  connectTimeoutMs: 1,
  headersTimeoutMs: 1,
  bodyIdleTimeoutMs: 1,
};

describe.each([
  ['connection', readConnectionComponent, CONNECTION],
  ['operation', readOperationComponent, OPERATION],
] as const)('the file of a %s', (name, read, base) => {
  const variants: readonly (readonly [Json, boolean])[] = [
    [base, true],
    [{ ...base, $schema: 'x' }, true],
    [{ ...base, unknown: 1 }, false],
    [{ ...base, properties: [] }, false],
    [{ properties: {} }, false],
    [{ ...base, connection: 'c.json', objectType: 'x' }, name === 'operation'],
    [{ ...base, configVersion: 1, http: HTTP }, name === 'connection'],
    [{ ...base, configVersion: '1' }, false],
    [{ ...base, http: { ...HTTP, cafile: 'x' } }, false],
    [{ ...base, http: { connectTimeoutMs: 0 } }, false],
  ];

  test.each(variants)('%j is taken as the published schema takes it: %s', async (value, isValid) => {
    const file = path.join(folder, `${name}.json`);
    writeFileSync(file, JSON.stringify(value));

    const outcome = await read(file).then(
      () => true,
      () => false,
    );

    expect([outcome, satisfies(published(name), value)]).toEqual([isValid, isValid]);
  });
});
