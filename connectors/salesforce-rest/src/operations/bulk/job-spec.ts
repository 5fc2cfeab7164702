import type { FieldDescribe, SObjectDescribe } from '../../describe/sobject-describe.js';
import { documentError } from '../../transport/refusals.js';

/** Settings of an ingest job, as the service takes them. Source: Bulk API 2.0 Developer Guide, "Create a Job". */
export type JobSpec = {
  readonly object: string;
  readonly operation: string;
  readonly contentType: 'CSV';
  readonly columnDelimiter: string;
  readonly lineEnding: string;
  readonly externalIdFieldName?: string;
  readonly assignmentRuleId?: string;
};

/** What a job is to do, and with which data. */
interface IngestWish {
  readonly describe: SObjectDescribe;
  /** In the service's words: `insert`, `update`, `upsert`, `delete`, `hardDelete`. */
  readonly operation: string;
  /** The external id of an upsert. */
  readonly key: FieldDescribe | undefined;
  readonly assignmentRuleId: string | undefined;
  readonly columnDelimiter?: string;
  readonly lineEnding?: string;
}

/** The settings of an ingest job. Throws as {@link checkRule}. */
export function ingestSpec(wish: IngestWish): JobSpec {
  const { describe, operation, key, assignmentRuleId = '', columnDelimiter = 'COMMA', lineEnding = 'LF' } = wish;
  checkRule(assignmentRuleId);
  const rule = assignmentRuleId.trim();
  return {
    object: describe.name,
    operation,
    contentType: 'CSV',
    columnDelimiter,
    lineEnding,
    ...(key !== undefined && { externalIdFieldName: key.name }),
    ...(rule !== '' && { assignmentRuleId: rule }),
  };
}

/** A job takes the id of a rule, not a yes or no: that is a `validation` error. */
export function checkRule(assignmentRuleId = ''): void {
  if (!/^\s*(?:true|false)\s*$/i.test(assignmentRuleId)) return;
  const message = 'with Bulk API 2.0, assignmentRuleId must be the id of a rule; TRUE and FALSE are for REST';
  throw documentError('ASSIGNMENT_RULE_UNSUITABLE', message, '/assignmentRuleId');
}
