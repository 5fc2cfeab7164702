type Callback = (...args: unknown[]) => void;
type Functions = Record<string, (...args: never[]) => unknown>;

/** Timers that were set by the functions of the global object since; the suite takes its own from elsewhere. */
export interface TimerWatch {
  /** Brings about at once what is still waited for, of an interval one time; also what does not keep the process. */
  readonly passAll: () => void;
  /** Puts the functions back; the timers stay. */
  readonly release: () => void;
}

/** Watches those functions from now on. What `node:timers` exports is not watched: the suite's own timers come from there. */
export function watchTimers(): TimerWatch {
  const pending = new Map<unknown, Callback>();
  const functions = globalThis as unknown as Functions;
  const undo: (() => void)[] = [];
  const replace = (
    name: string,
    make: (original: (...args: unknown[]) => unknown) => (...args: never[]) => unknown,
  ) => {
    const original = functions[name] as (...args: unknown[]) => unknown;
    const own = make((...args) => original.apply(globalThis, args));
    // `util.promisify` asks for more than the function.
    functions[name] = Object.defineProperties(own, Object.getOwnPropertyDescriptors(original));
    undo.push(() => {
      functions[name] = original as (...args: never[]) => unknown;
    });
  };
  for (const name of ['setTimeout', 'setInterval'])
    replace(name, (original) => (callback: Callback, ms: number, ...args: unknown[]) => {
      const isOnce = name === 'setTimeout';
      const work = () => {
        if (isOnce) pending.delete(timer);
        callback(...args);
      };
      const timer = original(work, ms);
      pending.set(timer, work);
      return timer;
    });
  for (const name of ['clearTimeout', 'clearInterval'])
    replace(name, (original) => (timer: unknown) => {
      pending.delete(timer);
      original(timer);
    });
  return {
    passAll: () => {
      for (const [timer, work] of [...pending]) {
        if (!pending.has(timer)) continue;
        try {
          work();
        } catch {
          // Thrown here it would end the check; a timer that throws by itself is seen by ERR-06.
        }
        if (!pending.has(timer)) clearTimeout(timer as NodeJS.Timeout);
      }
    },
    release: () => {
      for (const back of undo) back();
    },
  };
}
