import { CHECKS, conformance } from '@connector-runtime/conformance-tests';
import { NOTES_MUTANTS } from '../mutants/notes-mutants.js';
import { notesSubject } from '../reference/notes-subject.js';

describe('the notes plugin', () => {
  for (const check of conformance(notesSubject())) {
    test(`${check.id} ${check.title}`, () => check.run());
  }

  test('has the verdict conformant', async () => {
    const { verdict } = await conformance(notesSubject()).run();

    expect(verdict).toMatch(/^notes 1\.0\.0 — contract \^1\.0 — full: conformant \(/);
  });
});

describe('the map of checks and mutants', () => {
  test('has one mutant for each check', () => {
    expect(Object.keys(NOTES_MUTANTS).sort()).toEqual(CHECKS.map(({ id }) => id).sort());
  });

  test.each(Object.keys(NOTES_MUTANTS))('mutant M-%s fails its own check and no other', async (id) => {
    const mutant = NOTES_MUTANTS[id];
    if (mutant === undefined) throw new Error(`no mutant ${id}`);

    const { checks } = await conformance(notesSubject(mutant)).run();

    expect(checks.filter(({ outcome }) => outcome === 'fail' || outcome === 'error').map((check) => check.id)).toEqual([
      id,
    ]);
    expect(checks.find((check) => check.id === id)?.card?.cause).toBe(CHECKS.find((check) => check.id === id)?.cause);
  });
});

describe('a subject', () => {
  test('without an operation that the manifest names is in error, and the plugin has not failed', async () => {
    const subject = notesSubject();
    const lacking = {
      ...subject,
      start: async (options: { readonly seed: number }) => {
        const fixture = await subject.start(options);
        const { read: _, ...operations } = fixture.operations;
        return { ...fixture, operations };
      },
    };

    const { checks } = await conformance(lacking).run();

    expect(checks.find(({ id }) => id === 'BAS-01')).toMatchObject({
      outcome: 'error',
      reason: expect.stringContaining('add it to Fixture.operations'),
    });
    expect(checks.filter(({ outcome }) => outcome === 'fail')).toEqual([]);
  });
});
