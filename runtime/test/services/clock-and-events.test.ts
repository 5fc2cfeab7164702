import { RuntimeEvents } from '#src/services/events.js';
import { systemClock } from '#src/services/system-clock.js';

const warning = { connectionId: 'c', executionId: 'e', message: 'm' };

describe('the system clock', () => {
  test('settles after the time', async () => {
    const before = systemClock.now();

    await systemClock.sleep(20, new AbortController().signal);

    expect(systemClock.now() - before).toBeGreaterThanOrEqual(19);
  });

  test('rejects with the reason of the signal, at once', async () => {
    const controller = new AbortController();

    const sleeping = systemClock.sleep(60_000, controller.signal);
    controller.abort(new Error('gone'));

    await expect(sleeping).rejects.toThrow('gone');
    await expect(systemClock.sleep(1, controller.signal)).rejects.toThrow('gone');
  });

  test('does not take a wait of months for none', async () => {
    const controller = new AbortController();
    const timers = jest.spyOn(globalThis, 'setTimeout');

    const sleeping = systemClock.sleep(2 ** 31 + 5, controller.signal);

    expect(timers.mock.calls[0]?.[1]).toBe(2 ** 31 - 1);
    timers.mockRestore();
    controller.abort(new Error('gone'));
    await expect(sleeping).rejects.toThrow('gone');
  });

  test('leaves no listener behind', async () => {
    const { signal } = new AbortController();
    const removed = jest.spyOn(signal, 'removeEventListener');

    await systemClock.sleep(1, signal);

    expect(removed).toHaveBeenCalledTimes(1);
  });
});

describe('lifecycle events', () => {
  test('reach who listens, until they no longer do', () => {
    const events = new RuntimeEvents();
    const heard: string[] = [];
    const listener = ({ message }: { message: string }) => heard.push(message) as unknown as undefined;

    events.on('warning', listener);
    events.emit('warning', warning);
    events.off('warning', listener);
    events.emit('warning', warning);

    expect(heard).toEqual(['m']);
  });

  test('a listener that throws or rejects disturbs nobody and is told of', async () => {
    const failed: unknown[] = [];
    const events = new RuntimeEvents((name, error) => failed.push([name, (error as Error).message]));
    let heard = 0;

    events.on('warning', () => {
      throw new Error('sync');
    });
    events.on('warning', (() => Promise.reject(new Error('async'))) as () => void);
    events.on('warning', () => {
      heard += 1;
    });
    events.emit('warning', warning);
    await new Promise((resolve) => setImmediate(resolve));

    expect(heard).toBe(1);
    expect(failed).toEqual([
      ['warning', 'sync'],
      ['warning', 'async'],
    ]);
  });
});
