import { ERROR_COLUMN } from '../result-columns.js';
import { type XmlAttributes, XmlWriter } from '../xml/xml-writer.js';

/** How often something stands there, in any order with its like. */
const AS_OFTEN_AS_IT_IS = { minOccurs: '0', maxOccurs: 'unbounded' };

/** The schema of the result that a write gives; with many records in a request its root is the service's `result`. */
export function writeResultSchema(root: 'Result' | 'result'): string {
  return schemaOf((writer) => writeResultElement(writer, root));
}

/** The schema of what the service answers to a tree: a response, or a plain list of errors; the connector's own refusals are results. */
export function writeTreeResultSchema(): string {
  return schemaOf((writer) => {
    complexElement(writer, { name: 'SObjectTreeResponse' }, 'xs:sequence', {}, () => {
      element(writer, { name: 'hasErrors', type: 'xs:boolean' });
      anyOf(writer, { name: 'results', ...AS_OFTEN_AS_IT_IS }, () => {
        writeErrors(writer);
        element(writer, { name: 'id', type: 'xs:string' });
        element(writer, { name: 'referenceId', type: 'xs:string', nillable: 'true' });
      });
    });
    anyOf(writer, { name: 'Errors' }, () =>
      anyOf(writer, { name: 'Error' }, () => writeTexts(writer, ['errorCode', 'fields', 'message'])),
    );
    writeResultElement(writer, 'Result');
  });
}

/** The element of the result that a write gives, below the schema. */
export function writeResultElement(writer: XmlWriter, root: 'Result' | 'result'): void {
  anyOf(writer, { name: root }, () => {
    element(writer, { name: 'created', type: 'xs:boolean' });
    writeErrors(writer);
    element(writer, { name: 'id', type: 'xs:string', nillable: 'true' });
    element(writer, { name: 'success', type: 'xs:boolean' });
    element(writer, { name: ERROR_COLUMN, type: 'xs:string' });
  });
}

function writeErrors(writer: XmlWriter): void {
  anyOf(writer, { name: 'errors' }, () => writeTexts(writer, ['fields', 'message', 'statusCode']));
}

function writeTexts(writer: XmlWriter, names: readonly string[]): void {
  for (const name of names) element(writer, { name, type: 'xs:string' });
}

function schemaOf(content: (writer: XmlWriter) => void): string {
  const writer = new XmlWriter();
  writer.element(
    'xs:schema',
    { 'xmlns:xs': 'http://www.w3.org/2001/XMLSchema', elementFormDefault: 'unqualified' },
    () => content(writer),
  );
  return writer.text;
}

/** An element that holds any number of those that `content` writes, in any order. */
function anyOf(writer: XmlWriter, attributes: XmlAttributes, content: () => void): void {
  complexElement(writer, attributes, 'xs:choice', AS_OFTEN_AS_IT_IS, content);
}

function complexElement(
  writer: XmlWriter,
  attributes: XmlAttributes,
  group: 'xs:choice' | 'xs:sequence',
  occurs: XmlAttributes,
  content: () => void,
): void {
  writer.element('xs:element', attributes, () =>
    writer.element('xs:complexType', {}, () => writer.element(group, occurs, content)),
  );
}

function element(writer: XmlWriter, attributes: XmlAttributes): void {
  writer.element('xs:element', attributes);
}
