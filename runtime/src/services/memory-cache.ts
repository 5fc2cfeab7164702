import type { Cache, Clock, Json } from '@connector-runtime/core';

/** A cache in this process: bounded by characters of JSON, the entry used longest ago goes first. Each `get` gives a copy of its own. */
export class MemoryCache implements Cache {
  private readonly entries = new Map<string, { readonly text: string; readonly expiresAtEpochMs: number }>();
  private size = 0;

  constructor(
    private readonly clock: Clock,
    private readonly maxCharacters = 32 * 1024 * 1024,
  ) {}

  async get(key: string): Promise<Json | undefined> {
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    this.forget(key);
    if (entry.expiresAtEpochMs <= this.clock.now()) return undefined;
    this.keep(key, entry);
    return JSON.parse(entry.text) as Json;
  }

  async set(key: string, value: Json, ttlMs: number): Promise<void> {
    this.forget(key);
    const text = JSON.stringify(value);
    if (ttlMs <= 0 || text.length > this.maxCharacters) return;
    this.keep(key, { text, expiresAtEpochMs: this.clock.now() + ttlMs });
    for (const oldest of this.entries.keys()) {
      if (this.size <= this.maxCharacters) break;
      this.forget(oldest);
    }
  }

  private keep(key: string, entry: { readonly text: string; readonly expiresAtEpochMs: number }): void {
    this.entries.set(key, entry);
    this.size += entry.text.length;
  }

  private forget(key: string): void {
    this.size -= this.entries.get(key)?.text.length ?? 0;
    this.entries.delete(key);
  }
}
