import type { Format } from '../formats/record-format.js';
import { type Problem, ServiceError } from '../service-error.js';
import type { Transaction } from '../store/transaction.js';

/** What became of one record of a request with many. */
export interface ItemResult {
  readonly id?: string;
  /** Of an upsert. */
  readonly created?: boolean;
  /** Why it was refused. */
  readonly problems?: readonly Problem[];
}

const ROLLED_BACK: Problem = {
  errorCode: 'ALL_OR_NONE_OPERATION_ROLLED_BACK',
  message: 'Record rolled back because not all records were valid and the request was using AllOrNone header',
};

/** These are told of the whole request: its body cannot be read then. */
const OF_THE_BODY = new Set(['JSON_PARSER_ERROR', 'XML_PARSER_ERROR']);

/** Writes one record, or tells why not; `failedId` is the id that a refusal tells. A value that is none of its type refuses the whole request. */
export function tried(
  transaction: Transaction,
  write: () => { readonly id: string; readonly created?: boolean },
  failedId?: string,
): ItemResult {
  try {
    return transaction.attempt(write);
  } catch (error) {
    if (!(error instanceof ServiceError) || error.problems.some(({ errorCode }) => OF_THE_BODY.has(errorCode)))
      throw error;
    return { problems: error.problems, ...(failedId !== undefined && { id: failedId }) };
  }
}

/** The results of all or none: where one failed, the others were rolled back. They keep their ids where the records were there before. */
export function withRolledBack(results: readonly ItemResult[], keepsIds: boolean): readonly ItemResult[] {
  if (results.every(({ problems }) => problems === undefined)) return results;
  return results.map(({ id, problems }) => ({
    problems: problems ?? [ROLLED_BACK],
    ...(id !== undefined && (keepsIds || problems !== undefined) && { id }),
  }));
}

/** A result as the answer has it. A failed one has no id in JSON, and an empty one in XML, unless it tells that of its record. */
export function resultMember({ id, created, problems }: ItemResult, format: Format): object {
  if (problems === undefined) return { id, success: true, errors: [], ...(created !== undefined && { created }) };
  const withId = id !== undefined ? { id } : format === 'xml' ? { id: null } : {};
  return { ...withId, success: false, errors: problems.map(errorMember) };
}

/** An error inside a result: its code is called `statusCode` there. */
export function errorMember({ errorCode, message, fields = [] }: Problem): object {
  return { statusCode: errorCode, message, fields };
}
