import { conformance } from '@connector-runtime/conformance-tests';
import { test } from 'vitest';
// The emitted one: the suite loads the plugin in processes of their own.
import { subject } from '../../dist-test/test/runners/subject.js';

for (const check of conformance(subject, { profile: 'core' })) {
  test.skipIf(check.skipReason)(`${check.id} ${check.skipReason || check.title}`, () => check.run(), 180_000);
}
