/** Everything that cannot stand in an element as it is: markup, control characters other than tab and newline, non-characters. */
const SPECIAL = /[&<>"\ufffe\uffff]|[^\P{Cc}\t\n]/u;
const SPECIALS = new RegExp(SPECIAL, 'gu');
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
};

export const XML_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>';
export const XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';

/** Text as it may stand in an element or attribute. */
export function escapeXml(text: string): string {
  return SPECIAL.test(text) ? text.replace(SPECIALS, entityOf) : text;
}

/** Characters that XML does not have are left out. */
function entityOf(sign: string): string {
  const code = sign.charCodeAt(0);
  return ENTITIES[sign] ?? (code >= 0x7f && code < 0xa0 ? `&#${code};` : '');
}

type Scalar = string | number | boolean;

/**
 * Any JSON-like value as an element: members in alphabetical order, lists as repeated elements without a wrapper, null as `xsi:nil`.
 * Source: REST API Developer Guide; the shapes are those of recorded answers.
 */
export function xmlElement(name: string, value: unknown, attributes = ''): string {
  if (value === null) return `<${name} xsi:nil="true"/>`;
  if (Array.isArray(value)) return value.map((entry) => xmlElement(name, entry)).join('');
  if (typeof value !== 'object') return `<${name}${attributes}>${escapeXml(`${value as Scalar}`)}</${name}>`;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `<${name}${attributes}>${members.map(([member, inner]) => xmlElement(member, inner)).join('')}</${name}>`;
}

/** A whole document of one such element. */
export function xmlDocument(name: string, value: unknown): string {
  return XML_DECLARATION + xmlElement(name, value, ` ${XSI}`);
}
