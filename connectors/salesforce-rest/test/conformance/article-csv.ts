import type { ArticleFields } from './article-forms.js';

/** A CSV of one record: null is the order to empty a field. Half a surrogate pair has no UTF-8: it goes as the bytes that it would have. */
export function articleCsv(fields: ArticleFields): Buffer {
  const row = (cells: readonly string[]) => `${cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')}\n`;
  const text =
    row(Object.keys(fields)) +
    row(
      Object.values(fields).map((value) =>
        value === null ? '#N/A' : typeof value === 'string' ? value : value.number,
      ),
    );
  return Buffer.concat(
    Array.from(text, (character) => (/\p{Surrogate}/u.test(character) ? half(character) : Buffer.from(character))),
  );
}

function half(character: string): Buffer {
  const code = character.charCodeAt(0);
  return Buffer.from([0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f)]);
}
