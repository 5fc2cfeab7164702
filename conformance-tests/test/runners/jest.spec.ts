import { conformance } from '@connector-runtime/conformance-tests';
import { subject } from './subject.js';

for (const check of conformance(subject, { profile: 'core' })) {
  (check.skipReason ? test.skip : test)(`${check.id} ${check.skipReason || check.title}`, () => check.run(), 180_000);
}
