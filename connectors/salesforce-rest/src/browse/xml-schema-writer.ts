import { setImmediate as loopTurn } from 'node:timers/promises';
import { elementText, escapeXml } from '../xml/xml-text.js';
import { type XmlAttributes, XmlWriter } from '../xml/xml-writer.js';
import type { ElementContent, ModelElement, ObjectModel, RecordType, ValueType } from './object-model.js';

const ID_PATTERN = '[0-9A-Za-z]{15}([0-9A-Za-z]{3})?';

const INPUT_TYPES: Readonly<Record<ValueType, string>> = {
  text: 'xs:string',
  id: 'Id',
  boolean: 'xs:boolean',
  integer: 'xs:int',
  long: 'xs:long',
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

const ANY_NUMBER = { minOccurs: '0', maxOccurs: 'unbounded' };

/** The schema of a model as XML Schema 1.0. Elements of a record may stand in any order. Equal models give equal text. Others have their turn after each type: there may be hundreds. */
export async function writeXmlSchema(model: ObjectModel, signal: AbortSignal): Promise<string> {
  const writer = new XmlWriter();
  await new ModelWriter(writer, model).write(signal);
  return writer.text;
}

/** Object type names are Salesforce's; `Id` is ours, so theirs are kept apart. */
function typeName(name: string): string {
  return `${name}.record`;
}

class ModelWriter {
  private readonly types: Readonly<Record<ValueType, string>>;

  constructor(
    private readonly writer: XmlWriter,
    private readonly model: ObjectModel,
  ) {
    this.types = model.direction === 'input' ? INPUT_TYPES : OUTPUT_TYPES;
  }

  async write(signal: AbortSignal): Promise<void> {
    const { root, rootType, isTree, mayBeResult, types, direction } = this.model;
    const schema = { 'xmlns:xs': 'http://www.w3.org/2001/XMLSchema', elementFormDefault: 'unqualified' };
    this.writer.open('xs:schema', schema);
    if (isTree === true) this.element({ name: root }, () => this.records(typeName(rootType)));
    else this.element({ name: root, type: typeName(rootType) });
    if (mayBeResult === true) {
      const { resultElementLines } = await import('./result-schema-writer.js');
      this.writer.lines(resultElementLines());
    }
    for (const type of types) {
      this.recordType(type);
      await loopTurn();
      signal.throwIfAborted();
    }
    if (direction === 'input') this.idType();
    this.writer.close('xs:schema');
  }

  private element(attributes: XmlAttributes, content?: () => void): void {
    this.writer.element('xs:element', attributes, content);
  }

  private attribute(attributes: XmlAttributes): void {
    this.writer.element('xs:attribute', attributes);
  }

  private recordType({ name, elements }: RecordType): void {
    const { writer, model } = this;
    writer.element('xs:complexType', { name: typeName(name) }, () => {
      writer.element(
        'xs:all',
        {},
        elements.length === 0
          ? undefined
          : () => {
              for (const member of elements) this.member(member);
            },
      );
      const use = model.isTree === true ? { use: 'required' } : {};
      this.attribute({ name: 'type', type: 'xs:string', ...use });
      if (model.isTree === true) this.attribute({ name: 'referenceId', type: 'xs:string', ...use });
      if (model.direction === 'output') this.attribute({ name: 'url', type: 'xs:string' });
    });
  }

  private member(member: ModelElement): void {
    const { name, required, nillable, content, documentation } = member;
    const isPlain = content.kind === 'value' && content.maxLength === undefined;
    const type = isPlain
      ? this.types[content.value]
      : content.kind === 'record'
        ? escapeXml(typeName(content.type))
        : undefined;
    // Written as text, for a thousand members take milliseconds otherwise.
    const start = `<xs:element name="${escapeXml(name)}"${required ? '' : ' minOccurs="0"'}${nillable ? ' nillable="true"' : ''}${type === undefined ? '' : ` type="${type}"`}`;
    const text = elementText(documentation);
    const note =
      text === undefined
        ? []
        : ['  <xs:annotation>', `    <xs:documentation>${text}</xs:documentation>`, '  </xs:annotation>'];
    if (type === undefined) {
      this.writer.lines([`${start}>`, ...note]);
      this.writer.within(() => this.content(content));
      this.writer.lines(['</xs:element>']);
    } else this.writer.lines(text === undefined ? [`${start}/>`] : [`${start}>`, ...note, '</xs:element>']);
  }

  private content(content: ElementContent): void {
    const { writer, types } = this;
    switch (content.kind) {
      case 'value': {
        const { value, maxLength } = content;
        if (maxLength === undefined) return;
        writer.element('xs:simpleType', {}, () =>
          writer.element('xs:restriction', { base: types[value] }, () =>
            writer.element('xs:maxLength', { value: String(maxLength) }),
          ),
        );
        return;
      }
      case 'list':
        if (this.model.direction === 'input') this.records(typeName(content.type));
        else this.list(typeName(content.type));
        return;
      case 'key':
        writer.element('xs:complexType', {}, () => {
          this.anything('1');
          this.attribute({ name: 'type', type: 'xs:string' });
        });
        return;
      case 'compound':
        writer.element('xs:complexType', {}, () =>
          writer.element('xs:all', {}, () => {
            for (const { name, value } of content.parts)
              this.element({ name, type: types[value], minOccurs: '0', nillable: 'true' });
          }),
        );
        return;
      case 'open':
        writer.element('xs:complexType', { mixed: 'true' }, () => {
          this.anything('0');
          writer.element('xs:anyAttribute', { processContents: 'skip' });
        });
        return;
      case 'record':
    }
  }

  private sequence(content: () => void): void {
    this.writer.element('xs:sequence', {}, content);
  }

  private anything(minOccurs: string): void {
    this.sequence(() => this.writer.element('xs:any', { processContents: 'skip', minOccurs, maxOccurs: 'unbounded' }));
  }

  /** Records as a tree that is sent wraps them; the service refuses an empty list. */
  private records(type: string): void {
    this.writer.element('xs:complexType', {}, () =>
      this.sequence(() => this.element({ name: 'records', type, maxOccurs: 'unbounded' })),
    );
  }

  /** Child records as the service wraps them. */
  private list(type: string): void {
    this.writer.element('xs:complexType', {}, () =>
      this.sequence(() => {
        this.element({ name: 'done', type: 'xs:boolean' });
        this.element({ name: 'nextRecordsUrl', type: 'xs:string', minOccurs: '0' });
        this.element({ name: 'records', type, ...ANY_NUMBER });
        this.element({ name: 'totalSize', type: 'xs:nonNegativeInteger' });
      }),
    );
  }

  private idType(): void {
    this.writer.element('xs:simpleType', { name: 'Id' }, () =>
      this.writer.element('xs:restriction', { base: 'xs:string' }, () =>
        this.writer.element('xs:pattern', { value: ID_PATTERN }),
      ),
    );
  }
}
