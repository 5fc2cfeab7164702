import { create } from 'xmlbuilder2';
import type { XMLBuilder } from 'xmlbuilder2/lib/interfaces.js';
import { ERROR_COLUMN } from '../result-columns.js';

const XS = 'http://www.w3.org/2001/XMLSchema';

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
  element(members, { name: ERROR_COLUMN, type: 'xs:string' });
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

function element(parent: XMLBuilder, attributes: Readonly<Record<string, string>>): XMLBuilder {
  return parent.ele(XS, 'xs:element', attributes);
}
