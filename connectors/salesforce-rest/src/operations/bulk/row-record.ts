import { CsvError } from '../../csv/csv-error.js';
import { XSI_DECLARATION } from '../../xml/namespaces.js';
import { escapeXml, isXmlText } from '../../xml/xml-text.js';

/** Makes a row the text of a record's document. */
export type WriteRecord = (cells: readonly string[]) => string;

interface Node {
  readonly name: string;
  /** Of a parent, where its column names it. */
  readonly objectType?: string;
  readonly children: Map<string, Node>;
  /** Place of the cell; of a parent -1. */
  cell: number;
}

/** Pieces of text around the cells of a row, in the order of the document. */
interface Layout {
  readonly before: string[];
  readonly names: string[];
  readonly cells: number[];
  after: string;
}

const NAME = /^[A-Za-z_]\w*$/;

/**
 * The row of a query as `<records type="Account">` with an element for each column, `xsi:nil` where the cell is blank, which is null; dotted names are nested, those of one parent in one element.
 * Throws {@link CsvError} for a name that no field has, or that stands twice, and the writer for a cell with a character that XML cannot hold.
 */
export function xmlRecords(objectType: string, columns: readonly string[]): WriteRecord {
  const root = treeOf(columns);
  const layout: Layout = { before: [], names: [], cells: [], after: '' };
  let text = `<records ${XSI_DECLARATION} type="${escapeXml(objectType)}">`;
  const visit = (node: Node): void => {
    if (node.cell >= 0) {
      layout.before.push(text);
      layout.names.push(node.name);
      layout.cells.push(node.cell);
      text = '';
      return;
    }
    const type = node.objectType === undefined ? '' : ` type="${node.objectType}"`;
    text += `<${node.name}${type}>`;
    for (const child of node.children.values()) visit(child);
    text += `</${node.name}>`;
  };
  for (const child of root.children.values()) visit(child);
  layout.after = `${text}</records>`;
  const opens = layout.names.map((name, index) => `${layout.before[index]}<${name}>`);
  const blanks = layout.names.map((name, index) => `${layout.before[index]}<${name} xsi:nil="true"/>`);
  const closes = layout.names.map((name) => `</${name}>`);
  const { cells: places, after } = layout;
  return (cells) => {
    let record = '';
    for (let index = 0; index < places.length; index += 1) {
      const cell = cells[places[index] ?? 0] ?? '';
      if (cell === '') record += blanks[index];
      else {
        if (!isXmlText(cell)) throw unfit(columns[places[index] ?? 0]);
        record += opens[index] + escapeXml(cell) + closes[index];
      }
    }
    return record + after;
  };
}

/** The same as a JSON record with `attributes`: every cell is a text, a blank one null. */
export function jsonRecords(objectType: string, columns: readonly string[]): WriteRecord {
  const before: string[] = [];
  const places: number[] = [];
  let text = `{"attributes":{"type":${JSON.stringify(objectType)}}`;
  const visit = (node: Node, separator: string): void => {
    text += `${separator}"${node.name}":`;
    if (node.cell >= 0) {
      before.push(text);
      places.push(node.cell);
      text = '';
      return;
    }
    text += node.objectType === undefined ? '{' : `{"attributes":{"type":"${node.objectType}"}`;
    let next = node.objectType === undefined ? '' : ',';
    for (const child of node.children.values()) {
      visit(child, next);
      next = ',';
    }
    text += '}';
  };
  for (const child of treeOf(columns).children.values()) visit(child, ',');
  const after = `${text}}`;
  return (cells) => {
    let record = '';
    for (let index = 0; index < places.length; index += 1) {
      const cell = cells[places[index] ?? 0] ?? '';
      record += (before[index] ?? '') + (cell === '' ? 'null' : JSON.stringify(cell));
    }
    return record + after;
  };
}

function unfit(column = ''): CsvError {
  return new CsvError(`the column ${column} holds a character that XML cannot: read it with payloadFormat json`);
}

function treeOf(columns: readonly string[]): Node {
  const root: Node = { name: '', children: new Map(), cell: -1 };
  for (const [cell, column] of columns.entries()) {
    const [, objectType, path = ''] = /^(?:(\w+):)?(.*)$/s.exec(column) ?? [];
    const steps = path.split('.');
    if (!steps.every((step) => NAME.test(step))) throw new CsvError(`the header names a column that no field can have`);
    let node = root;
    for (const [depth, name] of steps.entries()) {
      const isParent = depth < steps.length - 1;
      let child = node.children.get(name);
      if (child !== undefined && (!isParent || child.cell >= 0))
        throw new CsvError(`the header names the column ${column} twice`);
      if (child === undefined) {
        child = {
          name,
          children: new Map(),
          cell: isParent ? -1 : cell,
          ...(isParent && depth === 0 && objectType !== undefined && { objectType }),
        };
        node.children.set(name, child);
      }
      node = child;
    }
  }
  return root;
}
