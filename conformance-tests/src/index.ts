import 'reflect-metadata';

export { type Check, CheckFailure, type Level, SubjectError, Unproven } from './check.js';
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
export type { FaultKind } from './lent/lent-transport.js';
export type { Fixture, LedgerEntry, OperationFixture, Sample, SeenRequest, Subject } from './subject.js';
