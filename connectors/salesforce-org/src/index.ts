export type { BulkControls, BulkJobView } from './bulk/bulk-jobs.js';
export type { BulkPlan } from './bulk/bulk-plan.js';
export { type CertificateOptions, type Certificates, makeCertificates } from './certificates.js';
export type { Fault, FaultAction, FaultMatch, FaultSpec, Faults } from './faults.js';
export type { GivenValue, Ledger, LedgerEntry } from './ledger.js';
export type { SalesforceOrgOptions } from './options.js';
export type { LoggedRequest, RequestKind, RequestLog } from './request-log.js';
export type { RowLock, RowLockSpec, RowLocks } from './row-locks.js';
export { type OrgRecord, type SalesforceOrg, startSalesforceOrg } from './salesforce-org.js';
export { ServiceError } from './service-error.js';
export { parseSoql } from './soql/parser.js';
export type {
  Comparison,
  ComparisonOperator,
  Condition,
  FieldGroup,
  Literal,
  SelectItem,
  SoqlQuery,
  SortItem,
} from './soql/query.js';
export type { FieldSpec, FieldType, ObjectSpec } from './store/object-spec.js';
export type { Address, Value } from './store/values.js';
