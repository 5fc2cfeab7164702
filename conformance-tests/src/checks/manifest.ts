import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { CONTRACT_VERSION, type JsonSchema } from '@connector-runtime/core';
import manifestSchema from '@connector-runtime/core/manifest.schema.json';
import { satisfies, valid, validRange } from 'semver';
import type { Check } from '../check.js';
import { expectThat } from '../findings.js';
import { compileSchema } from '../schema-compiler.js';

export const MANIFEST: readonly Check[] = [
  {
    id: 'MAN-01',
    level: 'MUST',
    profile: 'core',
    needs: [],
    title: 'The manifest is plain JSON of the published form',
    rule: 'The manifest validates against the published schema, equals its JSON round trip, and its version and contract range parse; a manifest.json at the package root equals it.',
    cause: 'a value that JSON does not carry (a function, undefined, a class), or a hand-made version',
    async run({ plugin: { manifest }, subject }) {
      const roundTrip: unknown = JSON.parse(JSON.stringify(manifest));
      expectThat(
        isDeepStrictEqual(roundTrip, manifest),
        'the manifest equals its JSON round trip',
        'it does not',
        'writing it as JSON and reading it',
      );
      const problem = compileSchema(manifestSchema as JsonSchema)(roundTrip);
      expectThat(
        problem === undefined,
        'the manifest validates against manifest.schema.json',
        problem,
        'validating it',
      );
      expectThat(valid(manifest.version) !== null, 'version is semver', manifest.version, 'parsing it');
      expectThat(validRange(manifest.contract) !== null, 'contract is a semver range', manifest.contract, 'parsing it');
      expectThat(
        satisfies(CONTRACT_VERSION, manifest.contract),
        `contract contains ${CONTRACT_VERSION}`,
        manifest.contract,
        'comparing',
      );
      const written = writtenManifest(subject.entry);
      if (written !== undefined) {
        expectThat(
          isDeepStrictEqual(written, roundTrip),
          'manifest.json at the package root equals the manifest',
          'it differs',
          'reading it',
        );
      }
    },
  },
];

/** The manifest.json beside the nearest package.json above the entry. */
function writtenManifest(entry: string): unknown {
  let folder = path.dirname(path.isAbsolute(entry) ? entry : require.resolve(entry));
  while (!existsSync(path.join(folder, 'package.json')) && path.dirname(folder) !== folder)
    folder = path.dirname(folder);
  const file = path.join(folder, 'manifest.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}
