type Keys = readonly string[];

interface Group {
  readonly keys: Promise<ReadonlySet<string>>;
  readonly ended: Promise<void>;
}

/** Groups of one execution that are under way, until nothing of them goes again, by the keys of their records. What concerns one record goes in the order of the input, for it would meet itself otherwise. */
export class RecordsUnderWay {
  private readonly groups = new Set<Group>();

  /** Does the work when every earlier group with one of these records has ended, however it did. An empty key is no record's. Keys that are read first hold up those behind them until they are known; that promise must not reject. */
  async inTurn<T>(keys: Keys | Promise<Keys>, work: () => Promise<T>): Promise<T> {
    const before = [...this.groups];
    let end: () => void = () => undefined;
    const group: Group = {
      keys: Promise.resolve(keys).then((known) => new Set(known.filter((key) => key !== ''))),
      ended: new Promise((resolve) => {
        end = resolve;
      }),
    };
    this.groups.add(group);
    try {
      const own = await group.keys;
      if (own.size > 0) await Promise.all(before.map((earlier) => endOfShared(earlier, own)));
      return await work();
    } finally {
      this.groups.delete(group);
      end();
    }
  }
}

async function endOfShared({ keys, ended }: Group, own: ReadonlySet<string>): Promise<void> {
  const others = await keys;
  if ([...own].some((key) => others.has(key))) await ended;
}
