import { StrictXmlReader } from './strict-xml.js';
import { XmlError } from './xml-error.js';
import { MAX_ELEMENTS_IN_TREE } from './xml-limits.js';

/** An element of a small answer: a fault, an error list, a result. Names are local. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** Character data directly in it. */
  readonly text: string;
}

interface GrowingElement {
  name: string;
  attributes: Map<string, string>;
  children: GrowingElement[];
  text: string;
}

/** The root element of a small text, strictly read. Throws `XmlError`. */
export function parseXml(text: string): XmlElement {
  const root: GrowingElement = { name: '', attributes: new Map(), children: [], text: '' };
  const path: GrowingElement[] = [root];
  let count = 0;
  const reader = new StrictXmlReader({
    startElement(tag) {
      count += 1;
      if (count > MAX_ELEMENTS_IN_TREE) throw new XmlError(`it has more than ${MAX_ELEMENTS_IN_TREE} elements`);
      const element: GrowingElement = {
        name: tag.name,
        attributes: new Map(tag.attributes.map(({ name, value }) => [name, value])),
        children: [],
        text: '',
      };
      path.at(-1)?.children.push(element);
      path.push(element);
    },
    endElement() {
      path.pop();
    },
    text(piece) {
      const element = path.at(-1);
      if (element !== undefined) element.text += piece;
    },
  });
  reader.write(text);
  reader.close();
  return root.children[0] ?? root;
}

/** The first child of that name. */
export function childOf(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element?.children.find((child) => child.name === name);
}

/** Text of the first child of that name, trimmed; `undefined` where there is none or it is empty. */
export function childText(element: XmlElement | undefined, name: string): string | undefined {
  const text = childOf(element, name)?.text.trim();
  return text === '' ? undefined : text;
}

/** All elements of that name in the tree, in document order. */
export function elementsNamed(root: XmlElement, name: string): readonly XmlElement[] {
  const found: XmlElement[] = root.name === name ? [root] : [];
  for (const child of root.children) found.push(...elementsNamed(child, name));
  return found;
}
