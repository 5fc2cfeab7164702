/** Ends a timer that is no longer needed. One for all: an abort without a reason makes a `DOMException` with a stack of its own, which costs more than the timer. */
export const TIMER_OVER = new Error('the timer is no longer needed');
