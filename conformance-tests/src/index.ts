import 'reflect-metadata';

export type { Check, Level, Profile } from './check.js';
export { CHECKS } from './checks/index.js';
export { type Conformance, type ConformanceOptions, conformance, type RunnableCheck } from './conformance.js';
export type { SuiteLimits } from './limits.js';
export type { CheckReport, FailureCard, Outcome, Report } from './report.js';
export { failureCardText } from './reports/failure-card.js';
export { reportAsHtml } from './reports/html.js';
export { reportAsJunit } from './reports/junit.js';
export type {
  Fixture,
  Gate,
  LedgerEntry,
  OperationFixture,
  Sample,
  SeenRequest,
  ServiceFault,
  Subject,
} from './subject.js';
