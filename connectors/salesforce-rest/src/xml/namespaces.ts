import type { NamespaceDeclaration } from './tag-reader.js';

/** The attribute that declares the prefix of `xsi:nil`. */
export const XSI_DECLARATION = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';

const XSI: NamespaceDeclaration = { name: 'xmlns:xsi', text: XSI_DECLARATION };

/** Namespaces that an element declares for what is inside it; `xsi` always among them. For elements that are cut out and must stand by themselves. */
export class InheritedNamespaces {
  private readonly declarations: readonly NamespaceDeclaration[];
  /** All of them as attributes, with a space before each. */
  readonly all: string;

  /** `declared` in the outer element's start tag. */
  constructor(declared: readonly NamespaceDeclaration[] = []) {
    this.declarations = declared.some(({ name }) => name === XSI.name) ? [...declared] : [...declared, XSI];
    this.all = attributes(this.declarations);
  }

  /** Those that an inner start tag does not declare itself. */
  beside(inner: readonly NamespaceDeclaration[]): string {
    if (inner.length === 0) return this.all;
    const own = new Set(inner.map(({ name }) => name));
    return attributes(this.declarations.filter(({ name }) => !own.has(name)));
  }
}

function attributes(declarations: readonly NamespaceDeclaration[]): string {
  return declarations.map(({ text }) => ` ${text}`).join('');
}
