import type { Json } from '@connector-runtime/core';

/** What a document gives an article: a text, a number by its digits, or null. */
export type ArticleFields = Readonly<Record<string, string | { readonly number: string } | null>>;

/** A form in which an article's document is written. */
export interface ArticleForm {
  readonly mediaType: string;
  write(fields: ArticleFields): Buffer;
  /** As a tree of one record. */
  writeTree(fields: ArticleFields): Buffer;
}

const XSI = 'http://www.w3.org/2001/XMLSchema-instance';

/** A record's document. `Id` is no field, yet stands where one would. */
export const ARTICLE_FORMS: Readonly<Record<'xml' | 'json', ArticleForm>> = {
  xml: {
    mediaType: 'application/xml',
    write: (fields) => {
      const elements = Object.entries(fields).map(([name, value]) =>
        value === null ? `<${name} xsi:nil="true"/>` : `<${name}>${escaped(textOf(value))}</${name}>`,
      );
      return Buffer.from(`<records xmlns:xsi="${XSI}" type="Article__c">${elements.join('')}</records>`);
    },
    writeTree(fields) {
      const record = this.write(fields).toString('utf8').replace('<records ', '<records referenceId="article" ');
      return Buffer.from(`<SObjectTreeRequest>${record}</SObjectTreeRequest>`);
    },
  },
  json: {
    mediaType: 'application/json',
    write: (fields) => {
      const members = Object.entries(fields).map(([name, value]) => {
        const isNumber = value !== null && typeof value === 'object';
        return `,"${name}":${isNumber ? value.number : JSON.stringify(value)}`;
      });
      return Buffer.from(`{"attributes":{"type":"Article__c"}${members.join('')}}`);
    },
    writeTree(fields) {
      const record = this.write(fields)
        .toString('utf8')
        .replace('"Article__c"', '"Article__c","referenceId":"article"');
      return Buffer.from(`{"records":[${record}]}`);
    },
  },
};

/** The fields as the ledger must say them. */
export function articleData(fields: ArticleFields): Readonly<Record<string, Json>> {
  const given = Object.entries(fields).filter(([name]) => name !== 'Id');
  return Object.fromEntries(given.map(([name, value]) => [name, value === null ? null : textOf(value)]));
}

function textOf(value: string | { readonly number: string }): string {
  return typeof value === 'string' ? value : value.number;
}

/** Half a surrogate pair has no UTF-8: it goes as a reference. A NUL goes as it is. */
function escaped(text: string): string {
  return text.replaceAll(
    /[&<>\r]|\p{Surrogate}/gu,
    (character) => `&#x${(character.codePointAt(0) ?? 0).toString(16)};`,
  );
}
