import { conformance, type Subject } from '@connector-runtime/conformance-tests';
import { Trial } from '#src/trial.js';
import { likeParent, withOperation } from '../mutants/mutant.js';
import { UpsertItems } from '../reference/items/items-operations.js';
import { itemsSubject } from '../reference/items/items-subject.js';

let hangs = false;

const HangsWhenTold = likeParent(
  class extends UpsertItems {
    protected override async upsert(...given: Parameters<UpsertItems['upsert']>) {
      if (hangs) await new Promise(() => undefined);
      return super.upsert(...given);
    }
  },
);

test('a wait in vain ends with its trial', async () => {
  const trial = await Trial.start(itemsSubject(), 1);
  const waiting = trial.until(() => false);

  await trial.stop();

  await expect(waiting).resolves.toBeUndefined();
});

test('a check that is given up while the clock is held leaves no service behind', async () => {
  const { subject, left } = counted(itemsSubject(withOperation('upsert', HangsWhenTold).plugin));

  const { checks } = await conformance(subject, {
    only: ['LIF-02'],
    limits: { checkMs: 1_000 },
    onStart: (id) => {
      hangs = id === 'LIF-02';
    },
  }).run();

  expect(checks.find(({ id }) => id === 'LIF-02')?.outcome).toBe('fail');
  expect(left()).toBe(0);
});

/** The subject, and how many of its services were started and not stopped. */
function counted(subject: Subject): { readonly subject: Subject; readonly left: () => number } {
  let running = 0;
  const start: Subject['start'] = async (options) => {
    const fixture = await subject.start(options);
    running += 1;
    const stop = async () => {
      await fixture.stop();
      running -= 1;
    };
    return { ...fixture, stop };
  };
  return { subject: { ...subject, start }, left: () => running };
}
