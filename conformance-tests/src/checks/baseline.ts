import type { ConnectorManifest } from '@connector-runtime/core';
import type { Check } from '../check.js';
import { expectThat, Unproven } from '../findings.js';
import {
  expectBadRefused,
  expectEffects,
  expectGoodTaken,
  expectOwnService,
  expectSoundFixture,
} from '../fixture-check.js';

/** Where every property is required, what is valid is the least that is. */
function hasOptionalProperties({ connection: { properties: schema } }: ConnectorManifest): boolean {
  const required = (schema['required'] ?? []) as readonly string[];
  return Object.keys((schema['properties'] ?? {}) as object).some((name) => !required.includes(name));
}

export const BASELINE: readonly Check[] = [
  {
    id: 'BAS-01',
    level: 'MUST',
    profile: 'core',
    needs: [],
    title: 'A valid connection works',
    rule: 'With a valid configuration, and with the least that is valid, the connection opens, its test says ok with at least one named finding, and each operation takes one good document.',
    cause: 'a credential that is not sent as the service wants it, or an optional property that the plugin relies on',
    async run(trial) {
      await expectSoundFixture(trial);
      const { valid, minimal } = trial.fixture.connections;
      const configurations = minimal === undefined ? { valid } : { valid, minimal };
      for (const [name, properties] of Object.entries(configurations)) {
        const connection = await trial.connect({ properties });
        const findings = await connection.test();
        const did = `testing connections.${name}`;
        expectThat(findings.length > 1, 'a named finding besides open', findings, did);
        expectThat(
          findings.every((finding) => finding.ok && finding.name !== ''),
          'every finding ok',
          findings,
          did,
        );
        await connection.close();
        if (name === 'valid') await expectEffects(trial, did);
        const working = await trial.connect({ properties });
        for (const operation of trial.operations())
          await expectGoodTaken(trial, working, operation, `connections.${name}`);
        await working.close();
      }
      await expectBadRefused(trial);
      await expectOwnService(trial);
      if (minimal === undefined && hasOptionalProperties(trial.plugin.manifest))
        throw new Unproven('add `connections.minimal`, the least that is valid, to the fixture');
    },
  },
];
