import { CsvError } from '../../csv/csv-error.js';
import { RESULT_COLUMNS } from '../../result-columns.js';
import { XSI_DECLARATION } from '../../xml/namespaces.js';
import { escapeXml } from '../../xml/xml-text.js';
import { NULL_CELL } from './cell.js';
import type { WriteRecord } from './row-record.js';

/** A cell of a row, or the cells of one parent. */
type Member = Field | Parent;

interface Field {
  readonly name: string;
  readonly place: number;
  /** The service says it of the row; it was not sent. */
  readonly isOwn: boolean;
}

interface Parent {
  readonly name: string;
  /** Where its columns name it. */
  readonly objectType: string;
  readonly fields: Field[];
}

const COLUMN = /^(?:(?:(\w+):)?([A-Za-z_]\w*)\.)?([A-Za-z_]\w*)$/;

/**
 * The row of a write as the record that it was made of, after what the service says of it: a field that was absent is left out, one that was emptied is `xsi:nil`. Sent again, it says the same.
 * Throws {@link CsvError} for a name that no column has, or that stands twice. Characters that XML cannot hold become U+FFFD.
 */
export function xmlResults(objectType: string, columns: readonly string[]): WriteRecord {
  const members = membersOf(columns);
  const type = ` type="${escapeXml(objectType)}"`;
  const fieldText = ({ name, place, isOwn }: Field, cells: readonly string[]): string => {
    const cell = cells[place] ?? '';
    if (cell === '') return isOwn ? `<${name}/>` : '';
    return cell === NULL_CELL && !isOwn ? `<${name} xsi:nil="true"/>` : `<${name}>${escapeXml(cell)}</${name}>`;
  };
  return (cells) => {
    let text = `<records${cells.includes(NULL_CELL) ? ` ${XSI_DECLARATION}` : ''}${type}>`;
    for (const member of members) {
      if ('place' in member) text += fieldText(member, cells);
      else {
        const { name, objectType: ofParent, fields } = member;
        const inner = fields.map((field) => fieldText(field, cells)).join('');
        if (inner !== '') text += `<${name}${ofParent === '' ? '' : ` type="${ofParent}"`}>${inner}</${name}>`;
      }
    }
    return `${text}</records>`;
  };
}

/** The same as a JSON record with `attributes`: every cell that was filled is a text, one that was emptied null. */
export function jsonResults(objectType: string, columns: readonly string[]): WriteRecord {
  const members = membersOf(columns);
  const attributesOf = (type: string): string => `"attributes":{"type":${JSON.stringify(type)}}`;
  const start = `{${attributesOf(objectType)}`;
  const fieldText = ({ name, place, isOwn }: Field, cells: readonly string[]): string => {
    const cell = cells[place] ?? '';
    if (cell === '' && !isOwn) return '';
    return `,"${name}":${cell === NULL_CELL && !isOwn ? 'null' : JSON.stringify(cell)}`;
  };
  return (cells) => {
    let text = start;
    for (const member of members) {
      if ('place' in member) text += fieldText(member, cells);
      else {
        const { name, objectType: ofParent, fields } = member;
        const inner = fields.map((field) => fieldText(field, cells)).join('');
        if (inner !== '') text += `,"${name}":{${ofParent === '' ? inner.slice(1) : attributesOf(ofParent) + inner}}`;
      }
    }
    return `${text}}`;
  };
}

/** In the order of the columns; those of one parent in the place of the first. */
function membersOf(columns: readonly string[]): readonly Member[] {
  const members = new Map<string, Member>();
  for (const [place, column] of columns.entries()) {
    const [whole, objectType = '', parentName, name = ''] = COLUMN.exec(column) ?? [];
    if (whole === undefined) throw new CsvError('the header names a column that no record can have');
    const field = { name, place, isOwn: RESULT_COLUMNS.has(column) };
    const key = parentName === undefined ? name : `${objectType}:${parentName}`;
    const member = members.get(key);
    if (parentName === undefined) {
      if (member !== undefined) throw new CsvError(`the header names the column ${column} twice`);
      members.set(key, field);
    } else if (member !== undefined && 'fields' in member) {
      if (member.fields.some((known) => known.name === name))
        throw new CsvError(`the header names the column ${column} twice`);
      member.fields.push(field);
    } else members.set(key, { name: parentName, objectType, fields: [field] });
  }
  return [...members.values()];
}
