interface Group {
  readonly keys: ReadonlySet<string>;
  readonly ended: Promise<void>;
}

/** Groups of one execution that are under way, until nothing of them goes again, by the keys of their records. What concerns one record goes in the order of the input, for it would meet itself otherwise. */
export class RecordsUnderWay {
  private readonly groups = new Set<Group>();

  /** Does the work when every earlier group with one of these records has ended, however it did. */
  async inTurn<T>(keys: readonly string[], work: () => Promise<T>): Promise<T> {
    const own = new Set(keys.filter((key) => key !== ''));
    if (own.size === 0) return work();
    const before = [...this.groups].filter(({ keys: others }) => [...own].some((key) => others.has(key)));
    let end: () => void = () => undefined;
    const group: Group = {
      keys: own,
      ended: new Promise((resolve) => {
        end = resolve;
      }),
    };
    this.groups.add(group);
    try {
      await Promise.all(before.map(({ ended }) => ended));
      return await work();
    } finally {
      this.groups.delete(group);
      end();
    }
  }
}
