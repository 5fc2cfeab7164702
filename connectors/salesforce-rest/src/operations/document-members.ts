import type { CallContext, Document } from '@connector-runtime/core';
import type { Literal } from '../soql/soql-literal.js';
import { documentError } from '../transport/refusals.js';
import { XmlError } from '../xml/xml-error.js';
import { parseXml } from '../xml/xml-tree.js';
import { documentText } from './document-text.js';

const STRING_OR_NUMBER = /"(?:[^"\\]+|\\.)*"|-?\d[\d.eE+-]*/g;

/** Values that a document brings for a filter, by name: the members of a JSON object, or the children of an XML root. */
export type DocumentMembers = (name: string) => Literal | readonly Literal[] | undefined;

/** Reads the members of a document; one that is empty has none. */
export async function readMembers(document: Document<unknown>, context: CallContext): Promise<DocumentMembers> {
  const text = (await documentText(document, context)).trim();
  if (text === '') return () => undefined;
  return text.startsWith('<') ? xmlMembers(text) : jsonMembers(text);
}

function xmlMembers(text: string): DocumentMembers {
  try {
    const root = parseXml(text);
    return (name) => {
      const values = root.children
        .filter((child) => child.name === name)
        .map((child) => (child.attributes.get('nil') === 'true' ? null : child.text));
      return values.length > 1 ? values : values[0];
    };
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    throw documentError('DOCUMENT_NOT_XML', `the document cannot be read: ${error.message}`, undefined, error);
  }
}

function jsonMembers(text: string): DocumentMembers {
  let value: unknown;
  try {
    value = parseKeepingNumbers(text);
  } catch (error) {
    throw documentError(
      'DOCUMENT_NOT_JSON',
      'the document with the values of the filter is neither XML nor JSON',
      undefined,
      error,
    );
  }
  const members = new Map(
    Object.entries(typeof value === 'object' && value !== null ? value : {}) as [string, unknown][],
  );
  return (name) => {
    const member = members.get(name);
    if (member === undefined) return undefined;
    if (isLiteral(member) || (Array.isArray(member) && member.every(isLiteral))) return member;
    throw documentError(
      'FILTER_VALUE_INVALID',
      `the member ${name} of the document is no value that a filter can compare with`,
      `/${name}`,
    );
  };
}

/** Numbers become the text that they are written in: read as numbers they lose digits past the sixteenth, and zeros at the end. */
function parseKeepingNumbers(text: string): unknown {
  JSON.parse(text);
  return JSON.parse(text.replaceAll(STRING_OR_NUMBER, (token) => (/^[\d-][\d.]*$/.test(token) ? `"${token}"` : token)));
}

function isLiteral(value: unknown): value is Literal {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}
