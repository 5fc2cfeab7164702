const LINE_END = /\r\n?|\n/g;

/**
 * XML on one line, of the same content: a line end in text becomes `&#10;`, for white space is all that a raw one may become in an attribute or between the markup outside of the root.
 * A carriage return is part of a line end, as XML reads it. Text that is no XML comes out on one line too. Source: XML 1.0, sections 2.8, 2.11 and 3.3.3.
 */
export function xmlOnOneLine(xml: string): string {
  if (!/[\r\n]/.test(xml)) return xml;
  const pieces: string[] = [];
  let depth = 0;
  for (let at = 0; at < xml.length; ) {
    const isMarkup = xml.startsWith('<', at);
    const end = isMarkup ? endOfMarkup(xml, at) : endOr(xml, xml.indexOf('<', at), 0);
    const piece = xml.slice(at, end);
    if (piece.startsWith('<![CDATA[')) pieces.push(piece.replace(LINE_END, ']]>&#10;<![CDATA['));
    else pieces.push(piece.replace(LINE_END, isMarkup || (depth === 0 && piece.trim() === '') ? ' ' : '&#10;'));
    if (isMarkup) depth += levelsOf(piece);
    at = end;
  }
  return pieces.join('');
}

function endOfMarkup(xml: string, start: number): number {
  for (const [opening, closing] of [
    ['<!--', '-->'],
    ['<![CDATA[', ']]>'],
    ['<?', '?>'],
  ] as const)
    if (xml.startsWith(opening, start)) return endOr(xml, xml.indexOf(closing, start + opening.length), closing.length);
  return endOfTag(xml, start);
}

/** A value in quotes may hold `>`. */
function endOfTag(xml: string, start: number): number {
  const mark = /[>"']/g;
  mark.lastIndex = start;
  for (let found = mark.exec(xml); found !== null; found = mark.exec(xml)) {
    if (found[0] === '>') return mark.lastIndex;
    const quote = xml.indexOf(found[0], mark.lastIndex);
    if (quote === -1) break;
    mark.lastIndex = quote + 1;
  }
  return xml.length;
}

function endOr(xml: string, found: number, length: number): number {
  return found === -1 ? xml.length : found + length;
}

function levelsOf(markup: string): number {
  if (/^<[!?]/.test(markup) || markup.endsWith('/>')) return 0;
  return markup.startsWith('</') ? -1 : 1;
}
