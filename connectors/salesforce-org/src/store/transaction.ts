/** The writes under way: one that fails half way, or is rolled back, leaves nothing behind. */
export class Transaction {
  readonly #undo: (() => void)[] = [];
  readonly #commit: (() => void)[] = [];
  #depth = 0;
  #committed: () => void = () => undefined;

  /** How to undo a change just made. Outside {@link attempt} it stays for good. */
  onRollback(undo: () => void): void {
    if (this.#depth > 0) this.#undo.push(undo);
  }

  /** What is to be done once the changes so far stand for good: at once outside {@link attempt}. */
  onCommit(action: () => void): void {
    if (this.#depth > 0) {
      this.#commit.push(action);
      return;
    }
    action();
    this.#committed();
  }

  /** What is to be done when all actions of a commit are. */
  afterCommit(action: () => void): void {
    this.#committed = action;
  }

  /** Does `work` and keeps what it changed if `keeps` says so of its result; undone otherwise, and where it throws. May be nested: the outermost commits. */
  attempt<Result>(work: () => Result, keeps: (result: Result) => boolean = () => true): Result {
    const marks = [this.#undo.length, this.#commit.length] as const;
    this.#depth++;
    let isKept = false;
    try {
      const result = work();
      isKept = keeps(result);
      return result;
    } finally {
      if (!isKept) {
        for (const undo of this.#undo.splice(marks[0]).reverse()) undo();
        this.#commit.length = marks[1];
      }
      this.#depth--;
      if (this.#depth === 0) {
        this.#undo.length = 0;
        const actions = this.#commit.splice(0);
        for (const action of actions) action();
        if (actions.length > 0) this.#committed();
      }
    }
  }
}
