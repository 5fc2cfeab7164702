import type { StartTag, XmlListener } from './strict-xml.js';
import { XmlError } from './xml-error.js';

interface OpenElement {
  readonly name: string;
  hasText: boolean;
  hasElements: boolean;
}

/** Refuses text that stands beside elements: the service drops it without a word. Hands on to `listener`, if there is one. Throws {@link XmlError}. */
export class NoMixedContent implements XmlListener {
  private readonly open: OpenElement[] = [];

  constructor(private readonly listener: XmlListener = {}) {}

  startElement(tag: StartTag): void {
    const parent = this.open.at(-1);
    if (parent !== undefined) {
      parent.hasElements = true;
      refuseBoth(parent);
    }
    this.open.push({ name: tag.name, hasText: false, hasElements: false });
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
    throw new XmlError(`text stands beside elements in ${name.slice(0, 100)}: is it markup that is not escaped?`);
}
