import { type Answer, answerOf, CONTENT_TYPES } from '../exchange.js';
import { xmlDocument } from '../formats/xml-text.js';
import type { Org } from '../org.js';
import { describeBriefly, describeFully } from '../store/describe.js';
import { SEED_EPOCH_MS } from '../store/seeding.js';
import { tableOf } from './records.js';
import type { DataRequest } from './route.js';

/** `GET sobjects` */
export function listObjects(org: Org, { format, root }: DataRequest): Answer {
  const sobjects = org.store.schema.all().map((type) => describeBriefly(type, root));
  return answerOf(format, 200, 'DescribeGlobal', { encoding: 'UTF-8', maxBatchSize: 200, sobjects });
}

/** `GET sobjects/X` */
export function basicInformation(org: Org, request: DataRequest): Answer {
  const { type } = tableOf(org, request);
  return answerOf(request.format, 200, type.name, {
    objectDescribe: describeBriefly(type, request.root),
    recentItems: [],
  });
}

/** `GET sobjects/X/describe`; 304 where nothing changed since the client's copy. */
export function describeObject(org: Org, request: DataRequest): Answer {
  const { type } = tableOf(org, request);
  const { format, root, headers } = request;
  const since = headers['if-modified-since'];
  const lastModified = { 'Last-Modified': new Date(SEED_EPOCH_MS).toUTCString() };
  if (since !== undefined && Date.parse(since) >= SEED_EPOCH_MS) return { status: 304, headers: lastModified };
  const body = org.describe(`${format} ${root} ${type.name}`, () => {
    const described = describeFully(type, root);
    return format === 'json' ? JSON.stringify(described) : xmlDocument('DescribeSObject', described);
  });
  return { status: 200, contentType: CONTENT_TYPES[format], headers: lastModified, body };
}
