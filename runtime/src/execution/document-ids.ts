import type { ErrorInfo } from '@connector-runtime/core';
import type { DocumentInput } from './document-input.js';

/** Of a set of ids: a power of two. */
const PARTS = 64;
/** In which ids of one source differ. */
const LAST_CHARS = 12;

/** Names the documents of one execution, each once. Ids that are minted cost a bit each, those that a host gives are kept. */
export class DocumentIds {
  private readonly given = new IdSet();
  private minted = new Uint8Array(1024);

  /** The document's id: its own, or where it has none, or that one cannot be used, its place ("line-17") or "doc-<n>"; `error` says why its own cannot be used. */
  nameOf(input: DocumentInput, ordinal: number): { readonly id: string; readonly error?: ErrorInfo } {
    const { id } = input;
    if (id === undefined) return { id: this.mint(input.place, ordinal) };
    if (typeof id !== 'string' || id === '') {
      const message = 'the id of a document must be a text that is not empty';
      return { id: this.mint(input.place, ordinal), error: invalid('DOCUMENT_ID_INVALID', message) };
    }
    if (this.given.has(id) || this.wasMinted(id)) {
      const message = `an earlier document has the id ${id}`;
      return { id: this.mint(input.place, ordinal), error: invalid('DOCUMENT_ID_REPEATED', message) };
    }
    this.given.add(id);
    return { id };
  }

  private mint(place: string | undefined, ordinal: number): string {
    const wanted = place ?? `doc-${ordinal + 1}`;
    if (place === undefined && !this.given.has(wanted)) {
      this.mark(ordinal);
      return wanted;
    }
    let id = wanted;
    for (let n = 2; this.given.has(id) || this.wasMinted(id); n += 1) id = `${wanted}-${n}`;
    this.given.add(id);
    return id;
  }

  private wasMinted(id: string): boolean {
    if (!id.startsWith('doc-')) return false;
    const ordinal = /^doc-[1-9]\d{0,14}$/.test(id) ? Number(id.slice('doc-'.length)) - 1 : -1;
    return ordinal >= 0 && ((this.minted[ordinal >>> 3] ?? 0) & (1 << (ordinal & 7))) !== 0;
  }

  private mark(ordinal: number): void {
    const byte = ordinal >>> 3;
    if (byte >= this.minted.length) {
      const larger = new Uint8Array(Math.max(byte + 1, this.minted.length * 2));
      larger.set(this.minted);
      this.minted = larger;
    }
    this.minted[byte] = (this.minted[byte] ?? 0) | (1 << (ordinal & 7));
  }
}

/** A set of ids in small parts: one of millions would hold up everything for as long as it takes to grow. */
class IdSet {
  private readonly parts: (Set<string> | undefined)[] = Array.from({ length: PARTS });

  has(id: string): boolean {
    return this.parts[partOf(id)]?.has(id) === true;
  }

  add(id: string): void {
    const part = partOf(id);
    const ids = this.parts[part];
    if (ids === undefined) this.parts[part] = new Set([id]);
    else ids.add(id);
  }
}

/** By FNV-1a of the last characters. */
function partOf(id: string): number {
  let hash = 0x811c_9dc5;
  for (let at = Math.max(0, id.length - LAST_CHARS); at < id.length; at += 1)
    hash = Math.imul(hash ^ id.charCodeAt(at), 0x0100_0193);
  return (hash >>> 16) % PARTS;
}

function invalid(code: string, message: string): ErrorInfo {
  return { category: 'validation', code, message, effect: 'none', retryable: false };
}
