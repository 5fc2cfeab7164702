import { create } from 'xmlbuilder2';
import { writeJsonSchema } from '#src/browse/json-schema-writer.js';
import type { ElementContent, ModelElement, ObjectModel } from '#src/browse/object-model.js';
import { writeXmlSchema } from '#src/browse/xml-schema-writer.js';

function member(name: string, content: ElementContent, more: Partial<ModelElement> = {}): ModelElement {
  const documentation = `Label of "${name}" <&> it's`;
  return { name, documentation, required: false, nillable: true, content, ...more };
}

const types = [
  {
    name: 'Account',
    elements: [
      member('A', { kind: 'value', value: 'text' }),
      member('B', { kind: 'value', value: 'text', maxLength: 80 }, { required: true, nillable: false }),
      member('C', { kind: 'value', value: 'number' }, { documentation: 'no XML \u0001' }),
      member('D', { kind: 'key' }),
      member('E', { kind: 'compound', parts: [{ name: 'x', value: 'number' }] }),
      member('F', { kind: 'open' }),
      member('G', { kind: 'list', type: 'Other' }),
      member('H', { kind: 'record', type: 'Other' }, { documentation: 'a parent' }),
    ],
  },
  { name: 'Other', elements: [] },
];
const NEVER = new AbortController().signal;
const output: ObjectModel = { root: 'records', rootType: 'Account', direction: 'output', types };
const input: ObjectModel = { ...output, direction: 'input' };
const tree: ObjectModel = { ...input, root: 'SObjectTreeRequest', isTree: true };
const readBack: ObjectModel = { ...output, root: 'Account', mayBeResult: true };

test.each([
  ['output', output],
  ['input', input],
  ['tree', tree],
  ['read-back', readBack],
])('the schema of an %s model is the text that xmlbuilder2 writes of it', async (_title, model) => {
  const schema = await writeXmlSchema(model, NEVER);

  expect(create(schema).end({ prettyPrint: true })).toBe(schema);
});

test.each([
  ['output', output],
  ['input', input],
  ['tree', tree],
  ['read-back', readBack],
])('the JSON schema of an %s model is written as JSON.stringify writes it', async (_title, model) => {
  const schema = await writeJsonSchema(model, NEVER);

  expect(JSON.stringify(JSON.parse(schema), undefined, 2)).toBe(schema);
});

test.each([
  ['XML', writeXmlSchema],
  ['JSON', writeJsonSchema],
])('others have their turn while a schema of many types is written: %s', async (_form, write) => {
  const many = Array.from({ length: 100 }, (_, index) => ({ name: `Type${index}`, elements: [] }));
  let turns = 0;
  let isOver = false;
  const count = () => {
    turns += 1;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);

  await write({ ...output, types: many }, NEVER);
  isOver = true;

  expect(turns).toBeGreaterThanOrEqual(many.length - 1);
});

test.each([
  ['XML', writeXmlSchema],
  ['JSON', writeJsonSchema],
])('a schema that nobody waits for any more is not written on: %s', async (_form, write) => {
  const stop = new AbortController();
  const writing = write(output, stop.signal);
  stop.abort(new Error('nobody waits'));

  await expect(writing).rejects.toThrow('nobody waits');
});

const EXPECTED = `<?xml version="1.0" encoding="UTF-8"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" elementFormDefault="unqualified">
  <xs:element name="records" type="Account.record"/>
  <xs:complexType name="Account.record">
    <xs:all>
      <xs:element name="A" minOccurs="0" nillable="true" type="xs:string">
        <xs:annotation>
          <xs:documentation>Label of "A" &lt;&amp;&gt; it's</xs:documentation>
        </xs:annotation>
      </xs:element>
      <xs:element name="B">
        <xs:annotation>
          <xs:documentation>Label of "B" &lt;&amp;&gt; it's</xs:documentation>
        </xs:annotation>
        <xs:simpleType>
          <xs:restriction base="xs:string">
            <xs:maxLength value="80"/>
          </xs:restriction>
        </xs:simpleType>
      </xs:element>
      <xs:element name="C" minOccurs="0" nillable="true" type="xs:double"/>
      <xs:element name="D" minOccurs="0" nillable="true">
        <xs:annotation>
          <xs:documentation>Label of "D" &lt;&amp;&gt; it's</xs:documentation>
        </xs:annotation>
        <xs:complexType>
          <xs:sequence>
            <xs:any processContents="skip" minOccurs="1" maxOccurs="unbounded"/>
          </xs:sequence>
          <xs:attribute name="type" type="xs:string"/>
        </xs:complexType>
      </xs:element>
      <xs:element name="E" minOccurs="0" nillable="true">
        <xs:annotation>
          <xs:documentation>Label of "E" &lt;&amp;&gt; it's</xs:documentation>
        </xs:annotation>
        <xs:complexType>
          <xs:all>
            <xs:element name="x" type="xs:double" minOccurs="0" nillable="true"/>
          </xs:all>
        </xs:complexType>
      </xs:element>
      <xs:element name="F" minOccurs="0" nillable="true">
        <xs:annotation>
          <xs:documentation>Label of "F" &lt;&amp;&gt; it's</xs:documentation>
        </xs:annotation>
        <xs:complexType mixed="true">
          <xs:sequence>
            <xs:any processContents="skip" minOccurs="0" maxOccurs="unbounded"/>
          </xs:sequence>
          <xs:anyAttribute processContents="skip"/>
        </xs:complexType>
      </xs:element>
      <xs:element name="G" minOccurs="0" nillable="true">
        <xs:annotation>
          <xs:documentation>Label of "G" &lt;&amp;&gt; it's</xs:documentation>
        </xs:annotation>
        <xs:complexType>
          <xs:sequence>
            <xs:element name="done" type="xs:boolean"/>
            <xs:element name="nextRecordsUrl" type="xs:string" minOccurs="0"/>
            <xs:element name="records" type="Other.record" minOccurs="0" maxOccurs="unbounded"/>
            <xs:element name="totalSize" type="xs:nonNegativeInteger"/>
          </xs:sequence>
        </xs:complexType>
      </xs:element>
      <xs:element name="H" minOccurs="0" nillable="true" type="Other.record">
        <xs:annotation>
          <xs:documentation>a parent</xs:documentation>
        </xs:annotation>
      </xs:element>
    </xs:all>
    <xs:attribute name="type" type="xs:string"/>
    <xs:attribute name="url" type="xs:string"/>
  </xs:complexType>
  <xs:complexType name="Other.record">
    <xs:all/>
    <xs:attribute name="type" type="xs:string"/>
    <xs:attribute name="url" type="xs:string"/>
  </xs:complexType>
</xs:schema>`;

test('every kind of content has its form', async () => {
  expect(await writeXmlSchema(output, NEVER)).toBe(EXPECTED);
});

const EXPECTED_TREE = `<?xml version="1.0" encoding="UTF-8"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" elementFormDefault="unqualified">
  <xs:element name="SObjectTreeRequest">
    <xs:complexType>
      <xs:sequence>
        <xs:element name="records" type="Account.record" maxOccurs="unbounded"/>
      </xs:sequence>
    </xs:complexType>
  </xs:element>
  <xs:complexType name="Account.record">
    <xs:all>
      <xs:element name="A" minOccurs="0" nillable="true" type="xs:string">
        <xs:annotation>
          <xs:documentation>Label of "A" &lt;&amp;&gt; it's</xs:documentation>
        </xs:annotation>
      </xs:element>
      <xs:element name="B">
        <xs:annotation>
          <xs:documentation>Label of "B" &lt;&amp;&gt; it's</xs:documentation>
        </xs:annotation>
        <xs:simpleType>
          <xs:restriction base="xs:string">
            <xs:maxLength value="80"/>
          </xs:restriction>
        </xs:simpleType>
      </xs:element>
      <xs:element name="C" minOccurs="0" nillable="true" type="xs:decimal"/>
      <xs:element name="D" minOccurs="0" nillable="true">
        <xs:annotation>
          <xs:documentation>Label of "D" &lt;&amp;&gt; it's</xs:documentation>
        </xs:annotation>
        <xs:complexType>
          <xs:sequence>
            <xs:any processContents="skip" minOccurs="1" maxOccurs="unbounded"/>
          </xs:sequence>
          <xs:attribute name="type" type="xs:string"/>
        </xs:complexType>
      </xs:element>
      <xs:element name="E" minOccurs="0" nillable="true">
        <xs:annotation>
          <xs:documentation>Label of "E" &lt;&amp;&gt; it's</xs:documentation>
        </xs:annotation>
        <xs:complexType>
          <xs:all>
            <xs:element name="x" type="xs:decimal" minOccurs="0" nillable="true"/>
          </xs:all>
        </xs:complexType>
      </xs:element>
      <xs:element name="F" minOccurs="0" nillable="true">
        <xs:annotation>
          <xs:documentation>Label of "F" &lt;&amp;&gt; it's</xs:documentation>
        </xs:annotation>
        <xs:complexType mixed="true">
          <xs:sequence>
            <xs:any processContents="skip" minOccurs="0" maxOccurs="unbounded"/>
          </xs:sequence>
          <xs:anyAttribute processContents="skip"/>
        </xs:complexType>
      </xs:element>
      <xs:element name="G" minOccurs="0" nillable="true">
        <xs:annotation>
          <xs:documentation>Label of "G" &lt;&amp;&gt; it's</xs:documentation>
        </xs:annotation>
        <xs:complexType>
          <xs:sequence>
            <xs:element name="records" type="Other.record" maxOccurs="unbounded"/>
          </xs:sequence>
        </xs:complexType>
      </xs:element>
      <xs:element name="H" minOccurs="0" nillable="true" type="Other.record">
        <xs:annotation>
          <xs:documentation>a parent</xs:documentation>
        </xs:annotation>
      </xs:element>
    </xs:all>
    <xs:attribute name="type" type="xs:string" use="required"/>
    <xs:attribute name="referenceId" type="xs:string" use="required"/>
  </xs:complexType>
  <xs:complexType name="Other.record">
    <xs:all/>
    <xs:attribute name="type" type="xs:string" use="required"/>
    <xs:attribute name="referenceId" type="xs:string" use="required"/>
  </xs:complexType>
  <xs:simpleType name="Id">
    <xs:restriction base="xs:string">
      <xs:pattern value="[0-9A-Za-z]{15}([0-9A-Za-z]{3})?"/>
    </xs:restriction>
  </xs:simpleType>
</xs:schema>`;

test('a tree has references and lists of records', async () => {
  expect(await writeXmlSchema(tree, NEVER)).toBe(EXPECTED_TREE);
});
