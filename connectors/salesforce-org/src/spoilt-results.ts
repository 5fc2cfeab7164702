import { type Answer, bodyOf } from './exchange.js';
import type { FaultAction } from './faults.js';

/** An answer whose list of results a fault permutes, shortens or lengthens; any other as it is. */
export function spoiltResults(answer: Answer, fault: FaultAction): Answer {
  const { list } = answer;
  if (list === undefined || list.items.length === 0) return answer;
  if (fault.action !== 'permuteResults' && fault.action !== 'dropResult' && fault.action !== 'repeatResult')
    return answer;
  const { at = 0 } = fault;
  const index = at < 0 ? list.items.length + at : at;
  const items = [...list.items];
  const taken = items.splice(index, 1);
  if (fault.action === 'permuteResults') items.splice((index + 1) % list.items.length, 0, ...taken);
  if (fault.action === 'repeatResult') items.splice(index, 0, ...taken, ...taken);
  return { ...answer, body: bodyOf({ ...list, items }) };
}
