// The schemas of a described object type, as whoever has its describe from jsforce writes them: the very texts that ours gives.
const XML_TYPES = {
  boolean: 'xs:boolean',
  int: 'xs:long',
  double: 'xs:double',
  date: 'xs:date',
  datetime: 'xs:dateTime',
};
const JSON_TYPES = {
  boolean: { type: 'boolean' },
  int: { type: 'integer' },
  double: { type: 'number' },
  date: { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}$' },
  datetime: { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}' },
};

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

function documentationOf({ label, type, precision, scale, picklistValues, inlineHelpText }) {
  const size = precision > 0 ? `, ${precision} digits${scale > 0 ? `, ${scale} of them decimals` : ''}` : '';
  const values = picklistValues.filter(({ active }) => active).map(({ value }) => value);
  const choices = values.length === 0 ? '' : `; such as: ${values.join(', ')}`;
  return `${label} (${type}${size})${choices}${inlineHelpText === null ? '' : `. ${inlineHelpText}`}`;
}

export function xmlSchemaOf({ name, fields }) {
  const elements = fields.map(
    (
      field,
    ) => `      <xs:element name="${field.name}" minOccurs="0" nillable="true" type="${XML_TYPES[field.type] ?? 'xs:string'}">
        <xs:annotation>
          <xs:documentation>${escaped(documentationOf(field))}</xs:documentation>
        </xs:annotation>
      </xs:element>`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" elementFormDefault="unqualified">
  <xs:element name="records" type="${name}.record"/>
  <xs:complexType name="${name}.record">
    <xs:all>
${elements.join('\n')}
    </xs:all>
    <xs:attribute name="type" type="xs:string"/>
    <xs:attribute name="url" type="xs:string"/>
  </xs:complexType>
</xs:schema>`;
}

export function jsonSchemaOf({ name, fields }) {
  const text = { type: 'string' };
  const properties = {
    attributes: { type: 'object', properties: { type: text, url: text }, additionalProperties: false },
  };
  for (const field of fields) {
    const { type, ...rules } = JSON_TYPES[field.type] ?? text;
    properties[field.name] = { description: documentationOf(field), type: [type, 'null'], ...rules };
  }
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $ref: `#/$defs/${name}`,
    $defs: { [name]: { type: 'object', properties, additionalProperties: false } },
  };
  return JSON.stringify(schema, undefined, 2);
}
