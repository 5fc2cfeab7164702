/** A text of its own: one that is cut out of a document would keep all of it alive. */
export function ownText(slice: string): string {
  return Buffer.from(slice).toString();
}
