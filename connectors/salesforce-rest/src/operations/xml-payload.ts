import type { Body, CallContext, Document } from '@connector-runtime/core';
import { ERROR_COLUMN } from '../result-columns.js';
import { errorsIn, type ServiceError } from '../transport/error-answer.js';
import { ACCEPT_XML, XML, XML_BOTH_WAYS } from '../transport/headers.js';
import { documentError } from '../transport/refusals.js';
import { readBatchResults } from '../xml/batch-reader.js';
import { checkXml, checkXmlInSteps, notUtf8 } from '../xml/checked-xml.js';
import { recordElement, rootType } from '../xml/record-element.js';
import { splitId } from '../xml/record-id.js';
import { completeRecord, readQueryPage } from '../xml/record-reader.js';
import { resultElements } from '../xml/result-elements.js';
import type { XmlListener } from '../xml/strict-xml.js';
import { readWrittenResults } from '../xml/written-results.js';
import { XmlError } from '../xml/xml-error.js';
import { escapeXml } from '../xml/xml-text.js';
import { childText, parseXml, type XmlElement } from '../xml/xml-tree.js';
import { asDocumentError, noRecords } from './document-refusals.js';
import { decodeUtf8, readBytes, readText } from './document-text.js';
import { checkObjectType } from './object-type-check.js';
import { type Payload, PayloadError, type WriteResult } from './payload.js';

const SMALL_BYTES = 64 * 1024;
const RECORD = 'records';

/** Records as `<records>`, results as `<Result>`. */
export const XML_PAYLOAD: Payload = {
  mediaType: XML,
  form: 'XML',
  accept: ACCEPT_XML,
  bothWays: XML_BOTH_WAYS,

  checkedBody: (document, context, objectType) => checkedXml(document, context, { objectType }),

  async checkedText({ body }, context, objectType) {
    try {
      const text = await readText(body, context, notUtf8);
      const further = checkXmlInSteps(text, context.signal);
      if (further !== undefined) await further;
      if (objectType !== undefined) checkObjectType(rootType(text), objectType);
      return text;
    } catch (error) {
      throw asDocumentError(error);
    }
  },

  idOf: (text) => reading(() => splitId(text).id),

  splitId(text) {
    const record = readingDocument(() => splitId(text));
    if (record.id !== '') return record;
    throw documentError(
      'ID_MISSING',
      'the id is missing: the root element needs a child element Id that is not empty',
      'Id',
    );
  },

  recordPart: (text, type, keyName) => readingDocument(() => recordElement(text, type, keyName)),

  collectionBody: (records, allOrNone) =>
    `<result>${allOrNone ? '<allOrNone>True</allOrNone>' : ''}${records.join('')}</result>`,

  readCollectionResults: (text) =>
    readWrittenResults(text) ??
    reading(() =>
      resultElements(text).map((element) => {
        const root = parseXml(element);
        return { text: element, id: childText(root, 'id') ?? '', ...writeResultIn(root) };
      }),
    ),

  async checkedTree(document, context) {
    const referenceIds: string[] = [];
    let depth = 0;
    const listener: XmlListener = {
      startElement({ name, attributes }) {
        depth += 1;
        if (name === RECORD) referenceIds.push(attributes.find((one) => one.name === 'referenceId')?.value ?? '');
        else if (depth === 2 || name.toLowerCase() === RECORD) throw noRecords(name);
      },
      endElement() {
        depth -= 1;
      },
    };
    const body = await checkedXml(document, context, { listener });
    return { body, referenceIds };
  },

  readTreeAnswer: (text) =>
    reading(() => {
      const root = parseXml(text);
      const results = root.children
        .filter(({ name }) => name === 'results')
        .map((result) => ({
          referenceId: childText(result, 'referenceId') ?? '',
          id: childText(result, 'id') ?? '',
          errors: errorsIn(result),
        }));
      return { hasErrors: childText(root, 'hasErrors') === 'true', results, errors: errorsIn(root) };
    }),

  readPage: (text) => reading(() => readQueryPage(text)),

  completeRecord(record, page, lists, further) {
    const withNamespaces = further.map((pages) =>
      pages.map(({ records, namespaces = '' }) => ({ records, namespaces })),
    );
    return completeRecord(record, page.namespaces ?? '', lists, withNamespaces);
  },

  readResult: (text) =>
    reading(() => {
      const root = parseXml(text);
      if (root.name !== 'Result') return { errors: errorsIn(root) };
      const id = childText(root, 'id')?.trim();
      return { ...writeResultIn(root), ...(id !== undefined && { id }) };
    }),

  readBackBatch(path, record) {
    const url = escapeXml(path);
    return (
      '<?xml version="1.0" encoding="UTF-8"?><batch><batchRequests>' +
      `<request><method>PATCH</method><url>${url}</url><richInput>${record}</richInput></request>` +
      `<request><method>GET</method><url>${url}</url></request>` +
      '</batchRequests></batch>'
    );
  },

  readBatchResults: (text) => reading(() => readBatchResults(text)),
  errorsIn: (text) => reading(() => errorsIn(parseXml(text))),
  successBody: (id, root = 'Result') => `<${root}><id>${escapeXml(id)}</id><success>true</success></${root}>`,

  countBody: (count) => `<QueryResult><done>true</done><totalSize>${count}</totalSize></QueryResult>`,

  /** `sf__Error` has the text of all errors. */
  failureBody(message, id, errors, root = 'Result') {
    const idElement = id === '' ? '' : `<id>${escapeXml(id)}</id>`;
    return `<?xml version="1.0" encoding="UTF-8"?><${root}>${idElement}<success>false</success><${ERROR_COLUMN}>${escapeXml(message)}</${ERROR_COLUMN}>${errors.map(errorElement).join('')}</${root}>`;
  },
};

/** `listener` is told what is in the document; `objectType`: the only one that it may say it is of. */
async function checkedXml(
  { body }: Document<unknown>,
  context: CallContext,
  { listener, objectType }: { readonly listener?: XmlListener; readonly objectType?: string | undefined },
): Promise<Body | Uint8Array> {
  try {
    if (body.repeatable && !(listener === undefined && isSmall(body))) {
      await checkXml(body, context.signal, listener ?? rootListener(objectType));
      return body;
    }
    const bytes = await readBytes(body, context);
    const text = decodeUtf8(bytes, notUtf8);
    await checkXmlInSteps(text, context.signal, listener);
    if (objectType !== undefined) checkObjectType(rootType(text), objectType);
    return body.repeatable ? body : bytes;
  } catch (error) {
    throw asDocumentError(error);
  }
}

/** Looks at the object type of the root alone. */
function rootListener(objectType: string | undefined): XmlListener {
  let isRoot = objectType !== undefined;
  return {
    startElement({ attributes }) {
      if (!isRoot || objectType === undefined) return;
      isRoot = false;
      checkObjectType(attributes.find(({ prefix, name }) => prefix === '' && name === 'type')?.value ?? '', objectType);
    },
  };
}

/** One that is checked faster as a whole than while it streams. */
function isSmall({ sizeBytes }: Body): boolean {
  return sizeBytes !== undefined && sizeBytes <= SMALL_BYTES;
}

function writeResultIn(root: XmlElement): WriteResult {
  const said = root.children.filter(({ name }) => name === 'success');
  const success = said.length === 1 ? said[0]?.text.trim() : undefined;
  const errors = errorsIn(root);
  return success === 'true' || success === 'false' ? { success: success === 'true', errors } : { errors };
}

function errorElement({ code, message, fields }: ServiceError): string {
  const names = fields.map((field) => `<fields>${escapeXml(field)}</fields>`).join('');
  return `<errors>${names}<message>${escapeXml(message)}</message><statusCode>${escapeXml(code)}</statusCode></errors>`;
}

function readingDocument<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw asDocumentError(error);
  }
}

function reading<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof XmlError ? new PayloadError(error.message, { cause: error }) : error;
  }
}
