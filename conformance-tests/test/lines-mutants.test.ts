import { conformance } from '@connector-runtime/conformance-tests';
import { LINES_MUTANTS } from '../mutants/lines-mutants.js';
import { linesSubject } from '../reference/lines/lines-subject.js';

const LIMIT_MS = 60_000;

/** By check: the operation that its card names, and part of what it says was seen. */
const CARDS: Readonly<Record<string, readonly [operation: string | undefined, seen: string]>> = {
  'ACC-04': ['create', 'said not to be'],
  'AUT-02': ['create', '2'],
  'CAN-02': ['read', 'it was given up'],
  'CAN-04': ['create', 'notAttempted'],
  'CON-02': ['put', '6'],
  'IDM-01': ['create', '2 times'],
  'IDM-02': ['put', 'LINES_CONNECTION_LOST'],
  'IDM-04': ['read', '[[1000,1000,1000],'],
  'IDM-06': ['create', 'success'],
  'LEK-01': [undefined, 'ms'],
  'LIF-03': [undefined, '"name":"ping","ok":true'],
  'SEC-01': [undefined, '[secret]'],
  'TIM-02': ['read', '86400000 ms'],
  'TIM-03': ['read:snapshot', '36'],
};

test.each(Object.entries(CARDS))(
  'M-%s fails its check without the lent HTTP too, and the card says why',
  async (id, [operation, seen]) => {
    const mutant = LINES_MUTANTS[id];

    const { checks } = await conformance(linesSubject(mutant?.plugin, mutant?.entry), { only: [id] }).run();

    const [report] = checks;
    expect(report).toMatchObject({ id, outcome: 'fail', card: { seen: expect.stringContaining(seen) } });
    expect(report?.card?.operation).toBe(operation);
  },
  LIMIT_MS,
);

test('every mutant has its card', () => {
  expect(Object.keys(CARDS).sort()).toEqual(Object.keys(LINES_MUTANTS).sort());
});
