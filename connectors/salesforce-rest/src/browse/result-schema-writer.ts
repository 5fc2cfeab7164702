import { create } from 'xmlbuilder2';
import type { XMLBuilder } from 'xmlbuilder2/lib/interfaces.js';
import { ERROR_COLUMN } from '../result-columns.js';

const XS = 'http://www.w3.org/2001/XMLSchema';
/** How often something stands there, in any order with its like. */
const AS_OFTEN_AS_IT_IS = { minOccurs: '0', maxOccurs: 'unbounded' };

/** The schema of the result that a write gives; with many records in a request its root is the service's `result`. */
export function writeResultSchema(root: 'Result' | 'result'): string {
  const schema = newSchema();
  addResult(schema, root);
  return schema.doc().end({ prettyPrint: true });
}

/** The lines of such a result's element, as they stand below a schema. */
export function resultElementLines(): readonly string[] {
  const [, , ...lines] = writeResultSchema('Result').split('\n');
  return lines.slice(0, -1).map((line) => line.slice(2));
}

/** The schema of what the service answers to a tree: a response, or a plain list of errors; the connector's own refusals are results. */
export function writeTreeResultSchema(): string {
  const schema = newSchema();
  const members = element(schema, { name: 'SObjectTreeResponse' }).ele(XS, 'xs:complexType').ele(XS, 'xs:sequence');
  element(members, { name: 'hasErrors', type: 'xs:boolean' });
  const result = anyOf(members, { name: 'results', ...AS_OFTEN_AS_IT_IS });
  addErrors(result);
  element(result, { name: 'id', type: 'xs:string' });
  element(result, { name: 'referenceId', type: 'xs:string', nillable: 'true' });
  addTexts(anyOf(anyOf(schema, { name: 'Errors' }), { name: 'Error' }), ['errorCode', 'fields', 'message']);
  addResult(schema, 'Result');
  return schema.doc().end({ prettyPrint: true });
}

function addResult(schema: XMLBuilder, root: 'Result' | 'result'): void {
  const members = anyOf(schema, { name: root });
  element(members, { name: 'created', type: 'xs:boolean' });
  addErrors(members);
  element(members, { name: 'id', type: 'xs:string', nillable: 'true' });
  element(members, { name: 'success', type: 'xs:boolean' });
  element(members, { name: ERROR_COLUMN, type: 'xs:string' });
}

function addErrors(parent: XMLBuilder): void {
  addTexts(anyOf(parent, { name: 'errors' }), ['fields', 'message', 'statusCode']);
}

function addTexts(parent: XMLBuilder, names: readonly string[]): void {
  for (const name of names) element(parent, { name, type: 'xs:string' });
}

function newSchema(): XMLBuilder {
  return create({ version: '1.0', encoding: 'UTF-8' }).ele(XS, 'xs:schema', { elementFormDefault: 'unqualified' });
}

/** An element that holds any number of those that are added to it, in any order. */
function anyOf(parent: XMLBuilder, attributes: Readonly<Record<string, string>>): XMLBuilder {
  return element(parent, attributes).ele(XS, 'xs:complexType').ele(XS, 'xs:choice', AS_OFTEN_AS_IT_IS);
}

function element(parent: XMLBuilder, attributes: Readonly<Record<string, string>>): XMLBuilder {
  return parent.ele(XS, 'xs:element', attributes);
}
