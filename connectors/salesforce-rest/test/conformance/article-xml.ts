import type { Json } from '@connector-runtime/core';

/** What a document gives an article: a text, or null. */
export type ArticleFields = Readonly<Record<string, string | null>>;

const XSI = 'http://www.w3.org/2001/XMLSchema-instance';

/** A record's document. `Id` is no field, yet stands where one would. */
export function articleXml(fields: ArticleFields): Buffer {
  const elements = Object.entries(fields).map(([name, value]) =>
    value === null ? `<${name} xsi:nil="true"/>` : `<${name}>${escaped(value)}</${name}>`,
  );
  return Buffer.from(`<records xmlns:xsi="${XSI}" type="Article__c">${elements.join('')}</records>`);
}

/** The same record as a tree of one. */
export function articleTreeXml(fields: ArticleFields): Buffer {
  const record = articleXml(fields).toString('utf8').replace('<records ', '<records referenceId="article" ');
  return Buffer.from(`<SObjectTreeRequest>${record}</SObjectTreeRequest>`);
}

/** The fields as the ledger must say them. */
export function articleData(fields: ArticleFields): Readonly<Record<string, Json>> {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => name !== 'Id'));
}

/** Half a surrogate pair has no UTF-8: it goes as a reference. A NUL goes as it is. */
function escaped(text: string): string {
  return text.replaceAll(
    /[&<>\r]|\p{Surrogate}/gu,
    (character) => `&#x${(character.codePointAt(0) ?? 0).toString(16)};`,
  );
}
