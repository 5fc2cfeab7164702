const XSI = 'xmlns:xsi';
const XSI_DECLARATION = `${XSI}="http://www.w3.org/2001/XMLSchema-instance"`;

/** Namespaces that an element declares for what is inside it; `xsi` always among them. For elements that are cut out and must stand by themselves. */
export class InheritedNamespaces {
  private readonly declarations: readonly { readonly name: string; readonly text: string }[];
  /** All of them as attributes, with a space before each. */
  readonly all: string;

  /** `tag` is the text of the outer element's start tag. */
  constructor(tag: string) {
    const found = [...tag.matchAll(/(xmlns(?::[^\s=]+)?)\s*=\s*(?:"[^"]*"|'[^']*')/g)].map(([text, name = '']) => ({
      name,
      text,
    }));
    this.declarations = found.some(({ name }) => name === XSI)
      ? found
      : [...found, { name: XSI, text: XSI_DECLARATION }];
    this.all = attributes(this.declarations);
  }

  /** Those that an inner start tag does not declare itself. */
  beside(tag: string): string {
    return attributes(this.declarations.filter(({ name }) => !new RegExp(`\\s${name}\\s*=`).test(tag)));
  }
}

function attributes(declarations: readonly { readonly text: string }[]): string {
  return declarations.map(({ text }) => ` ${text}`).join('');
}
