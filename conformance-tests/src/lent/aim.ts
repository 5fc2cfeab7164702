import type { FaultAim } from './traffic.js';

/** Which requests a fault meets, counted from when it is set: the k-th, those from there on, those from the k-th with an effect on, or all. */
export type Aim = number | 'all' | { readonly from: number } | { readonly fromWrite: number };

/** As a failure card has it. */
export function shownAim(aim: Aim): string {
  if (typeof aim !== 'object') return String(aim);
  return 'from' in aim ? `${aim.from} and after` : `write ${aim.fromWrite} and after`;
}

/** Counts the requests that it is asked of. `isWrite` is needed where the aim is at requests with an effect. */
export function aimedAt(aim: Aim, isWrite: FaultAim | undefined): FaultAim {
  let count = 0;
  return (request) => {
    if (aim === 'all') return true;
    if (typeof aim === 'object' && 'fromWrite' in aim) {
      if (isWrite === undefined) throw new TypeError('a fault aimed at writes needs the operation');
      if (!isWrite(request)) return false;
      count += 1;
      return count >= aim.fromWrite;
    }
    count += 1;
    return typeof aim === 'number' ? count === aim : count >= aim.from;
  };
}
