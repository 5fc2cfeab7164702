import type { Clock } from '@connector-runtime/core';

/** Node.js takes a longer delay for 1 ms. Source: Node.js documentation, "Timers", `setTimeout`. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The machine's own time and chance. */
export const systemClock: Clock = {
  now: () => Date.now(),
  random: () => Math.random(),
  sleep(ms, signal) {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      let leftMs = ms;
      let timer: NodeJS.Timeout;
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal.reason);
      };
      const wait = () => {
        const stepMs = Math.max(0, Math.min(leftMs, MAX_TIMER_MS));
        leftMs -= stepMs;
        timer = setTimeout(() => {
          if (leftMs > 0) return wait();
          signal.removeEventListener('abort', onAbort);
          resolve();
        }, stepMs);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      wait();
    });
  },
};
