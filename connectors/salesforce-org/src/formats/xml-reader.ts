import { SaxesParser } from 'saxes';

/** An element with local name and namespace; `text` is its own text, joined. */
export interface XmlElement {
  readonly name: string;
  readonly uri: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: XmlElement[];
  text: string;
}

const MAX_DEPTH = 100;

/** Reads a small document whole, strictly. Throws an `Error` with line and column on malformed XML, a DOCTYPE, or bytes that are not UTF-8. */
export function readXml(bytes: Buffer): XmlElement {
  const parser = new SaxesParser({ xmlns: true });
  const open: XmlElement[] = [];
  let root: XmlElement | undefined;
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('doctype', () => {
    throw new Error(`${parser.line}:${parser.column}: DOCTYPE is not allowed`);
  });
  parser.on('opentag', ({ local, uri, attributes }) => {
    if (open.length >= MAX_DEPTH)
      throw new Error(`${parser.line}:${parser.column}: nested deeper than ${MAX_DEPTH} elements`);
    const named = new Map(Object.values(attributes).map((attribute) => [attribute.local, attribute.value]));
    const element: XmlElement = { name: local, uri, attributes: named, children: [], text: '' };
    root ??= element;
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  const addText = (text: string): void => {
    const element = open.at(-1);
    if (element !== undefined) element.text += text;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => {
    open.pop();
  });
  parser.write(new TextDecoder('utf-8', { fatal: true }).decode(bytes)).close();
  if (root === undefined) throw new Error('no element');
  return root;
}

/** The first child element of that local name. */
export function childNamed(element: XmlElement, name: string): XmlElement | undefined {
  return element.children.find((child) => child.name === name);
}
