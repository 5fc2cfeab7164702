import { documentError } from '../../transport/refusals.js';

/** The assignment rule of a job; empty where there is none. A job takes the id of a rule, not a yes or no: throws `ASSIGNMENT_RULE_UNSUITABLE` (`validation`). */
export function jobRule({ assignmentRuleId = '' }: { readonly assignmentRuleId?: string }): string {
  const rule = assignmentRuleId.trim();
  if (!/^(?:true|false)$/i.test(rule)) return rule;
  const message = 'with Bulk API 2.0, assignmentRuleId must be the id of a rule; TRUE and FALSE are for REST';
  throw documentError('ASSIGNMENT_RULE_UNSUITABLE', message, '/assignmentRuleId');
}
