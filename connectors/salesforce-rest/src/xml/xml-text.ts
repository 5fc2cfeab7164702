import { XmlError } from './xml-error.js';

const NAMED: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML 1.0 cannot hold
const CONTROL = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/; // oxlint-disable-line no-control-regex
/** Of what XML cannot hold, or a surrogate, which may be half of a pair. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML 1.0 cannot hold
const PERHAPS_NOT_IN_XML = /[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]/; // oxlint-disable-line no-control-regex
const NOT_IN_XML = new RegExp(`${CONTROL.source}|\\p{Surrogate}`, 'u');

// biome-ignore lint/suspicious/noControlCharactersInRegex: among what has to be looked at closely
const PERHAPS_SPECIAL = /[&<>"\0-\x1f\ud800-\udfff\ufffe\uffff]/; // oxlint-disable-line no-control-regex

/** Source of what looks like a reference; {@link characterOf} judges what stands between its `&` and `;`. A number may have any zeros before it. */
export const REFERENCE = '&((?:#x?0*)?[0-9A-Za-z]{1,10});';
const NO_PLAIN_TEXT = new RegExp(
  `<!\\[CDATA\\[([\\s\\S]*?)\\]\\]>|<!--[\\s\\S]*?-->|<\\?[\\s\\S]*?\\?>|${REFERENCE}`,
  'g',
);

/** Can XML 1.0 hold this text at all? Control characters and half surrogate pairs it cannot, not even escaped. */
export function isXmlText(text: string): boolean {
  return !(PERHAPS_NOT_IN_XML.test(text) && NOT_IN_XML.test(text));
}

/** Does text that was decoded, and so has no half pairs, hold characters that XML cannot? */
export function hasControlCharacters(text: string): boolean {
  return CONTROL.test(text);
}

/** Text as element content or attribute value. Characters that XML cannot hold are replaced by U+FFFD. */
export function escapeXml(text: string): string {
  if (!PERHAPS_SPECIAL.test(text)) return text;
  const plain = NOT_IN_XML.test(text) ? text.replaceAll(new RegExp(NOT_IN_XML, 'gu'), '\ufffd') : text;
  return plain
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\r', '&#13;');
}

/** Text as element content, where quotes stay as they are; `undefined` where XML cannot hold it. */
export function elementText(text: string): string | undefined {
  if (!PERHAPS_SPECIAL.test(text)) return text;
  return NOT_IN_XML.test(text) ? undefined : escapeXml(text).replaceAll('&quot;', '"');
}

/** The text that simple element content stands for: the five names, numeric references and CDATA sections resolved, comments and processing instructions dropped. */
export function unescapeXml(content: string): string {
  if (!content.includes('&') && !content.includes('<')) return content;
  return content.replaceAll(
    NO_PLAIN_TEXT,
    (_whole, cdata: string | undefined, reference: string | undefined) =>
      cdata ?? (reference === undefined ? '' : characterOf(reference)),
  );
}

/** Text that holds no references but the five names, and no markup: many times as fast as {@link unescapeXml}. */
export function unescapeNames(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&');
}

/** The character of a reference (`amp`, `#10`, `#xA`); throws where it is none that XML knows. */
export function characterOf(reference: string): string {
  if (!reference.startsWith('#')) {
    const character = NAMED.get(reference);
    if (character === undefined) throw new XmlError(`unknown entity &${reference};`);
    return character;
  }
  const digits = reference.slice(1);
  const code = /^x[0-9A-Fa-f]+$/.test(digits)
    ? Number.parseInt(digits.slice(1), 16)
    : /^\d+$/.test(digits)
      ? Number(digits)
      : 0;
  const isCharacter = code > 0 && code <= 0x10ffff;
  const character = isCharacter ? String.fromCodePoint(code) : '\0';
  if (!isXmlText(character)) throw new XmlError(`&${reference.slice(0, 60)}; is no character that XML can hold`);
  return character;
}
