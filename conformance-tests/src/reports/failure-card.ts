import type { CheckReport } from '../report.js';

/** A failed check for a terminal: what was done, expected and seen, the last events and requests, and how to repeat it. */
export function failureCardText({ id, level, title, rule, card }: CheckReport, seed: number): string {
  if (card === undefined) return '';
  const operation = card.operation === undefined ? '' : `   operation: ${card.operation}`;
  return [
    `FAIL  ${id}  ${level}  ${title}${operation}   seed ${seed}`,
    `  rule     ${rule}`,
    `  did      ${card.did}`,
    `  expected ${card.expected}`,
    `  seen     ${card.seen}`,
    `  usual cause: ${card.cause}`,
    ...card.last.map((line, index) => `  ${index === 0 ? 'last    ' : '        '} ${line}`),
    `  again    ${card.again}`,
  ].join('\n');
}
