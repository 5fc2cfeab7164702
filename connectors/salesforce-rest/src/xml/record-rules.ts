import { FieldNames } from './field-names.js';
import type { StartTag, XmlListener } from './strict-xml.js';
import { RepeatedField, XmlError } from './xml-error.js';

interface OpenElement {
  readonly name: string;
  hasText: boolean;
  hasElements: boolean;
}

/** Refuses what the service would drop without a word: text that stands beside elements, and a field that stands twice. Hands on to `listener`, if there is one. Throws {@link XmlError}. */
export class RecordRules implements XmlListener {
  private readonly open: OpenElement[] = [];
  private readonly fields = new FieldNames();

  constructor(private readonly listener: XmlListener = {}) {}

  startElement(tag: StartTag): void {
    const { name } = tag;
    const parent = this.open.at(-1);
    if (parent !== undefined) {
      parent.hasElements = true;
      refuseBoth(parent);
    }
    this.open.push({ name, hasText: false, hasElements: false });
    if (!this.fields.add(name, this.open.length)) throw new RepeatedField(shown(name), shown(parent?.name ?? ''));
    this.listener.startElement?.(tag);
  }

  endElement(): void {
    this.open.pop();
    this.listener.endElement?.();
  }

  text(text: string): void {
    const element = this.open.at(-1);
    if (element !== undefined && /[^ \t\r\n]/.test(text)) {
      element.hasText = true;
      refuseBoth(element);
    }
    this.listener.text?.(text);
  }
}

function refuseBoth({ name, hasText, hasElements }: OpenElement): void {
  if (hasText && hasElements)
    throw new XmlError(`text stands beside elements in ${shown(name)}: is it markup that is not escaped?`);
}

const shown = (name: string): string => name.slice(0, 100);
