/** What a namespace is called in its quotes, where it needs no second look: no reference, no space, none of those that XML has for itself. */
const NAMESPACE = /^["'](?!http:\/\/www\.w3\.org\/(?:XML|2000\/xmlns))[A-Za-z0-9:/._-]+["']$/;

/** The prefixes that the root element of a document declares. */
export class RootPrefixes {
  private readonly namespaces = new Map<string, string>();

  /** Takes up `xmlns` or `xmlns:prefix` of the root; false where a strict reader has to judge it, as of a second prefix for one namespace. */
  declare(name: string, quotedNamespace: string): boolean {
    const namespace = quotedNamespace.slice(1, -1);
    if (name === 'xmlns:xml' || name === 'xmlns:xmlns' || !NAMESPACE.test(quotedNamespace)) return false;
    for (const other of this.namespaces.values()) if (other === namespace) return false;
    this.namespaces.set(name.slice('xmlns:'.length), namespace);
    return true;
  }

  has(prefix: string): boolean {
    return this.namespaces.has(prefix);
  }
}
