import { errorsIn, type ServiceError } from '../../transport/error-answer.js';
import { childText } from '../../xml/xml-tree.js';
import { parseAnswer } from '../outcomes.js';

/** What a tree answer says of one record. Empty texts where it says nothing. */
export interface TreeResult {
  readonly referenceId: string;
  readonly id: string;
  readonly errors: readonly ServiceError[];
}

export interface TreeAnswer {
  readonly hasErrors: boolean;
  readonly results: readonly TreeResult[];
  /** Wherever they stand: also in a plain error list. */
  readonly errors: readonly ServiceError[];
}

/** Reads `SObjectTreeResponse`, or `Result` as old versions called it, or a plain error list. */
export function readTreeAnswer(text: string): TreeAnswer {
  const root = parseAnswer(text);
  const results = root.children
    .filter(({ name }) => name === 'results')
    .map((result) => ({
      referenceId: childText(result, 'referenceId') ?? '',
      id: childText(result, 'id') ?? '',
      errors: errorsIn(result),
    }));
  return { hasErrors: childText(root, 'hasErrors') === 'true', results, errors: errorsIn(root) };
}
