import { seededId } from './ids.js';

/** A seeded record in the making: repeatable choices from the org's seed, the record's position and a salt per choice. */
export class SeedRow {
  position = 0;
  salt = 0;

  constructor(
    private readonly seed: number,
    /** How many accounts the org was started with. */
    readonly accounts: number,
  ) {}

  /** A whole number from 0 to below `limit`; a field that needs two choices gives the second its own salt. */
  number(limit: number, salt = 0): number {
    let hash = Math.imul(this.seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(this.position + 1, 0xc2b2ae35);
    hash ^= Math.imul(this.salt * 31 + salt + 1, 0x27d4eb2f);
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
    return ((hash ^ (hash >>> 15)) >>> 0) % limit;
  }

  pick<Item>(items: readonly Item[], salt = 0): Item {
    const item = items[this.number(items.length, salt)];
    if (item === undefined) throw new TypeError('nothing to pick from');
    return item;
  }

  /** True for about `percent` of the records. */
  chance(percent: number, salt = 7): boolean {
    return this.number(100, salt) < percent;
  }

  /** The id of the seeded record at `position` of the object type with this key prefix. */
  idOf(keyPrefix: string, position: number): string {
    return seededId(keyPrefix, position);
  }

  /** A day of 2023 or 2024, as `2024-01-31`. */
  day(salt = 0): string {
    return new Date(Date.UTC(2023, 0, 1 + this.number(731, salt))).toISOString().slice(0, 10);
  }
}
