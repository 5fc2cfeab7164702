import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conformance } from '@connector-runtime/conformance-tests';
import { subject } from './subject.js';

const suite = conformance(subject, { profile: 'full', module: './dist/test/subject.js' });

for (const check of suite) test(`${check.id} ${check.title}`, { skip: check.skipReason }, () => check.run());

test('the plugin is conformant', async (t) => {
  const { isConformant, verdict } = await suite.run();

  t.diagnostic(verdict);
  assert.ok(isConformant, verdict);
});
