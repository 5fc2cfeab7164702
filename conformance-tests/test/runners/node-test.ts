import { test } from 'node:test';
import { conformance } from '@connector-runtime/conformance-tests';
import { subject } from './subject.js';

for (const check of conformance(subject, { profile: 'core' })) {
  void test(`${check.id} ${check.title}`, { skip: check.skipReason }, () => check.run());
}
