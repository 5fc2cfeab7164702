import 'reflect-metadata';

export type { Check, Level } from './check.js';
export { CHECKS } from './checks/index.js';
export {
  type CheckReport,
  type Conformance,
  type ConformanceOptions,
  conformance,
  type Outcome,
  type Report,
  type RunnableCheck,
} from './conformance.js';
export { CheckFailure, SubjectError, Unproven } from './findings.js';
export type { FaultKind } from './lent/lent-transport.js';
export type { Fixture, LedgerEntry, OperationFixture, Sample, SeenRequest, Subject } from './subject.js';
