import { SaxesParser } from 'saxes';
import { MAX_DEPTH } from '../text/depth-limit.js';
import { XmlError } from './xml-error.js';
import { MAX_ATTRIBUTES_PER_ELEMENT, MAX_NAME_LENGTH } from './xml-limits.js';

/** A start tag as the strict reader gives it; names are local, and declarations of namespaces are no attributes. */
export interface StartTag {
  readonly name: string;
  readonly attributes: readonly { readonly prefix: string; readonly name: string; readonly value: string }[];
}

/** Is told what the strict reader comes upon, in order. */
export interface XmlListener {
  startElement?(tag: StartTag): void;
  endElement?(): void;
  text?(text: string): void;
}

/**
 * Reads XML by the book, in pieces: well-formed with namespaces, XML 1.0 in UTF-8, no DOCTYPE, only the five named entities, within the limits.
 * Throws {@link XmlError}, naming line and column, as soon as something is wrong.
 */
export class StrictXmlReader {
  private readonly parser = new SaxesParser({ xmlns: true, position: true });
  private depth = 0;
  private attributes = 0;

  constructor(listener: XmlListener = {}) {
    const { parser } = this;
    parser.on('error', (error) => {
      const [place] = /^\d+:\d+/.exec(error.message) ?? [''];
      // Whole or not at all: half of a secret in it would not be struck out.
      throw new XmlError(error.message.length <= 300 ? error.message : `${place}: not well-formed`);
    });
    parser.on('doctype', () => this.refuse('a DOCTYPE is not accepted'));
    parser.on('xmldecl', (declaration) => {
      if (declaration.version !== '1.0') this.refuse(`XML ${declaration.version} is not accepted, only 1.0`);
      const encoding = declaration.encoding?.toLowerCase();
      if (encoding !== undefined && encoding !== 'utf-8' && encoding !== 'us-ascii') {
        this.refuse(`encoding ${declaration.encoding} is not accepted, only UTF-8`);
      }
    });
    parser.on('opentagstart', (tag) => {
      this.attributes = 0;
      this.depth += 1;
      if (this.depth > MAX_DEPTH) this.refuse(`elements are nested deeper than ${MAX_DEPTH}`);
      if (tag.name.length > MAX_NAME_LENGTH) this.refuse(`a name is longer than ${MAX_NAME_LENGTH}`);
    });
    parser.on('attribute', () => {
      this.attributes += 1;
      if (this.attributes > MAX_ATTRIBUTES_PER_ELEMENT) {
        this.refuse(`an element has more than ${MAX_ATTRIBUTES_PER_ELEMENT} attributes`);
      }
    });
    parser.on('opentag', (tag) => {
      listener.startElement?.({
        name: tag.local,
        attributes: Object.values(tag.attributes)
          .filter(({ name, prefix }) => prefix !== 'xmlns' && name !== 'xmlns')
          .map(({ prefix, local, value }) => ({ prefix, name: local, value })),
      });
    });
    parser.on('closetag', () => {
      this.depth -= 1;
      listener.endElement?.();
    });
    if (listener.text !== undefined) {
      const text = listener.text.bind(listener);
      parser.on('text', text);
      parser.on('cdata', text);
    }
  }

  write(text: string): void {
    this.parser.write(text);
  }

  /** Says that the text ended; throws if it ended too early. */
  close(): void {
    this.parser.close();
  }

  private refuse(what: string): never {
    throw new XmlError(`${this.parser.line}:${this.parser.columnIndex}: ${what}.`);
  }
}
