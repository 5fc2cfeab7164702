import { escapeXml } from './xml-text.js';

/** Attributes in the order in which they are written. */
export type XmlAttributes = Readonly<Record<string, string>>;

/** Writes an XML text, an element a line, each level two spaces further in. Element and attribute names are the caller's own; values and text are escaped. */
export class XmlWriter {
  private written = '<?xml version="1.0" encoding="UTF-8"?>';
  private lineStart = '\n';

  /** An element with what `content` writes; an empty one without it. */
  element(name: string, attributes: XmlAttributes, content?: () => void): void {
    if (content === undefined) {
      this.written += `${this.lineStart}<${name}${writtenAttributes(attributes)}/>`;
      return;
    }
    this.open(name, attributes);
    content();
    this.close(name);
  }

  /** What is written from here on stands in this element, until it is closed. */
  open(name: string, attributes: XmlAttributes): void {
    this.written += `${this.lineStart}<${name}${writtenAttributes(attributes)}>`;
    this.lineStart += '  ';
  }

  close(name: string): void {
    this.lineStart = this.lineStart.slice(0, -2);
    this.written += `${this.lineStart}</${name}>`;
  }

  /** What `content` writes, one level further in. */
  within(content: () => void): void {
    const { lineStart } = this;
    this.lineStart += '  ';
    content();
    this.lineStart = lineStart;
  }

  /** Whole lines, as they are given. */
  lines(lines: readonly string[]): void {
    this.written += this.lineStart + lines.join(this.lineStart);
  }

  get text(): string {
    return this.written;
  }
}

/** Attributes behind the name of an element, each after a space. */
function writtenAttributes(attributes: XmlAttributes): string {
  let text = '';
  for (const name in attributes) text += ` ${name}="${escapeXml(attributes[name] ?? '')}"`;
  return text;
}
