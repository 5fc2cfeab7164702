import { EventEmitter, once } from 'node:events';
import type { Subject } from '@connector-runtime/conformance-tests';
import { documentsOf } from '#src/samples.js';
import { Trial } from '#src/trial.js';
import { likeParent, withOperation } from '../mutants/mutant.js';
import { UpsertItems } from '../reference/items/items-operations.js';
import { itemsSubject } from '../reference/items/items-subject.js';

const hanging = new EventEmitter();

const HangsForEver = likeParent(
  class extends UpsertItems {
    protected override upsert(): Promise<never> {
      hanging.emit('reached');
      return new Promise(() => undefined);
    }
  },
);

test('a wait in vain ends with its trial', async () => {
  const trial = await Trial.start(itemsSubject(), 1);
  const waiting = trial.until(() => false);

  await trial.stop();

  await expect(waiting).resolves.toBe(false);
});

test('a trial whose clock is held ends, with its service, though an operation hangs', async () => {
  const { subject, left } = counted(itemsSubject(withOperation('upsert', HangsForEver).plugin));
  const trial = await Trial.start(subject, 1);
  const operation = trial.operation('upsert');
  const reached = once(hanging, 'reached');
  const running = trial.run(await trial.connect(), operation, documentsOf(operation.fixture.good(1)));
  trial.clock.hold();
  await reached;

  await trial.stop();

  expect((await running).summary.error?.code).toBe('SHUTDOWN');
  expect(left()).toBe(0);
});

test('a trace names the parameters of an address, and not their values', async () => {
  const trial = await Trial.start(itemsSubject(), 1);
  const operation = trial.operation('read');

  await trial.run(await trial.connect(), operation, documentsOf(operation.fixture.good(1)));

  expect(trial.last()).toContain('> GET /items/thing?from=  200');
  await trial.stop();
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
