import { create } from 'xmlbuilder2';
import type { XMLBuilder } from 'xmlbuilder2/lib/interfaces.js';
import { isXmlText } from '../xml/xml-text.js';
import type { ElementContent, ModelElement, ObjectModel, RecordType, ValueType } from './object-model.js';

const XS = 'http://www.w3.org/2001/XMLSchema';
const ID_PATTERN = '[0-9A-Za-z]{15}([0-9A-Za-z]{3})?';

const INPUT_TYPES: Readonly<Record<ValueType, string>> = {
  text: 'xs:string',
  id: 'Id',
  boolean: 'xs:boolean',
  integer: 'xs:int',
  number: 'xs:decimal',
  date: 'xs:date',
  datetime: 'xs:dateTime',
  time: 'xs:time',
  base64: 'xs:base64Binary',
};
const OUTPUT_TYPES: Readonly<Record<ValueType, string>> = {
  ...INPUT_TYPES,
  text: 'xs:string',
  id: 'xs:string',
  integer: 'xs:long',
  number: 'xs:double',
  base64: 'xs:string',
};

/** The schema of a model as XML Schema 1.0. Elements of a record may stand in any order. Equal models give equal text. */
export function writeXmlSchema(model: ObjectModel): string {
  const schema = newSchema();
  if (model.isTree === true) writeRecords(element(schema, { name: model.root }), typeName(model.rootType));
  else element(schema, { name: model.root, type: typeName(model.rootType) });
  for (const type of model.types) writeRecordType(schema, type, model);
  if (model.direction === 'input') writeIdType(schema);
  return schema.doc().end({ prettyPrint: true });
}

/** The schema of the result that a write gives; with many records in a request its root is the service's `result`. */
export function writeResultSchema(root: 'Result' | 'result'): string {
  const schema = newSchema();
  const members = element(schema, { name: root })
    .ele(XS, 'xs:complexType')
    .ele(XS, 'xs:choice', { minOccurs: '0', maxOccurs: 'unbounded' });
  element(members, { name: 'created', type: 'xs:boolean' });
  writeErrors(members);
  element(members, { name: 'id', type: 'xs:string', nillable: 'true' });
  element(members, { name: 'success', type: 'xs:boolean' });
  element(members, { name: 'sf__Error', type: 'xs:string' });
  return schema.doc().end({ prettyPrint: true });
}

/** The schema of what the service answers to a tree. */
export function writeTreeResultSchema(): string {
  const schema = newSchema();
  const members = element(schema, { name: 'SObjectTreeResponse' }).ele(XS, 'xs:complexType').ele(XS, 'xs:sequence');
  element(members, { name: 'hasErrors', type: 'xs:boolean' });
  const result = element(members, { name: 'results', minOccurs: '0', maxOccurs: 'unbounded' });
  const parts = result.ele(XS, 'xs:complexType').ele(XS, 'xs:choice', { minOccurs: '0', maxOccurs: 'unbounded' });
  writeErrors(parts);
  element(parts, { name: 'id', type: 'xs:string' });
  element(parts, { name: 'referenceId', type: 'xs:string', nillable: 'true' });
  return schema.doc().end({ prettyPrint: true });
}

function writeErrors(parent: XMLBuilder): void {
  const parts = element(parent, { name: 'errors' })
    .ele(XS, 'xs:complexType')
    .ele(XS, 'xs:choice', { minOccurs: '0', maxOccurs: 'unbounded' });
  for (const name of ['fields', 'message', 'statusCode']) element(parts, { name, type: 'xs:string' });
}

function newSchema(): XMLBuilder {
  return create({ version: '1.0', encoding: 'UTF-8' }).ele(XS, 'xs:schema', { elementFormDefault: 'unqualified' });
}

/** Object type names are Salesforce's; `Id` is ours, so theirs are kept apart. */
function typeName(name: string): string {
  return `${name}.record`;
}

function element(parent: XMLBuilder, attributes: Readonly<Record<string, string>>): XMLBuilder {
  return parent.ele(XS, 'xs:element', attributes);
}

function writeRecordType(schema: XMLBuilder, type: RecordType, { direction, isTree }: ObjectModel): void {
  const complex = schema.ele(XS, 'xs:complexType', { name: typeName(type.name) });
  const all = complex.ele(XS, 'xs:all');
  for (const member of type.elements) writeElement(all, member, direction === 'input' ? INPUT_TYPES : OUTPUT_TYPES);
  const use = isTree === true ? { use: 'required' } : {};
  complex.ele(XS, 'xs:attribute', { name: 'type', type: 'xs:string', ...use });
  if (isTree === true) complex.ele(XS, 'xs:attribute', { name: 'referenceId', type: 'xs:string', ...use });
  if (direction === 'output') complex.ele(XS, 'xs:attribute', { name: 'url', type: 'xs:string' });
}

function writeElement(all: XMLBuilder, member: ModelElement, types: Readonly<Record<ValueType, string>>): void {
  const { name, content } = member;
  const attributes: Record<string, string> = { name };
  if (!member.required) attributes['minOccurs'] = '0';
  if (member.nillable) attributes['nillable'] = 'true';
  const isPlain = content.kind === 'value' && content.maxLength === undefined;
  if (isPlain) attributes['type'] = types[content.value];
  if (content.kind === 'record') attributes['type'] = typeName(content.type);
  const written = element(all, attributes);
  if (isXmlText(member.documentation)) {
    written.ele(XS, 'xs:annotation').ele(XS, 'xs:documentation').txt(member.documentation);
  }
  writeContent(written, content, types);
}

function writeContent(written: XMLBuilder, content: ElementContent, types: Readonly<Record<ValueType, string>>): void {
  switch (content.kind) {
    case 'value':
      if (content.maxLength === undefined) return;
      written
        .ele(XS, 'xs:simpleType')
        .ele(XS, 'xs:restriction', { base: types[content.value] })
        .ele(XS, 'xs:maxLength', { value: String(content.maxLength) });
      return;
    case 'list':
      if (types === INPUT_TYPES) writeRecords(written, typeName(content.type));
      else writeList(written, typeName(content.type));
      return;
    case 'key':
      anyContent(written.ele(XS, 'xs:complexType'), '1').ele(XS, 'xs:attribute', { name: 'type', type: 'xs:string' });
      return;
    case 'compound': {
      const all = written.ele(XS, 'xs:complexType').ele(XS, 'xs:all');
      for (const { name, value } of content.parts) {
        element(all, { name, type: types[value], minOccurs: '0', nillable: 'true' });
      }
      return;
    }
    case 'open':
      anyContent(written.ele(XS, 'xs:complexType', { mixed: 'true' }), '0').ele(XS, 'xs:anyAttribute', {
        processContents: 'skip',
      });
      return;
    case 'record':
  }
}

function anyContent(complex: XMLBuilder, minOccurs: string): XMLBuilder {
  complex.ele(XS, 'xs:sequence').ele(XS, 'xs:any', { processContents: 'skip', minOccurs, maxOccurs: 'unbounded' });
  return complex;
}

/** Records as a tree that is sent wraps them. */
function writeRecords(written: XMLBuilder, type: string): void {
  const sequence = written.ele(XS, 'xs:complexType').ele(XS, 'xs:sequence');
  element(sequence, { name: 'records', type, minOccurs: '0', maxOccurs: 'unbounded' });
}

/** Child records as the service wraps them. */
function writeList(written: XMLBuilder, type: string): void {
  const sequence = written.ele(XS, 'xs:complexType').ele(XS, 'xs:sequence');
  element(sequence, { name: 'done', type: 'xs:boolean' });
  element(sequence, { name: 'nextRecordsUrl', type: 'xs:string', minOccurs: '0' });
  element(sequence, { name: 'records', type, minOccurs: '0', maxOccurs: 'unbounded' });
  element(sequence, { name: 'totalSize', type: 'xs:nonNegativeInteger' });
}

function writeIdType(schema: XMLBuilder): void {
  schema
    .ele(XS, 'xs:simpleType', { name: 'Id' })
    .ele(XS, 'xs:restriction', { base: 'xs:string' })
    .ele(XS, 'xs:pattern', { value: ID_PATTERN });
}
