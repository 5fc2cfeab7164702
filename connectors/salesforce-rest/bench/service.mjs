// A service for measuring clients: it answers from bytes that were made before, and checks what it is sent only where it is asked to. Its first line is its address.
// node service.mjs '{"rows":200000,"bulkRows":400000,"latencyMs":0,"gzip":false,"verify":false,"repeats":false}'
// With `repeats` every page has the records of the first: rows without end from little memory.
import { createServer } from 'node:http';
import { gzipSync } from 'node:zlib';
import { canonical, FIELDS, fieldsOfXml, HashSum, idOf, recordOf, xmlFields } from './records.mjs';
import { bytesOf, send, V } from './service-answers.mjs';
import { BulkJobs } from './service-jobs.mjs';

const PAGE_ROWS = 2_000;
const settings = {
  rows: 0,
  bulkRows: 0,
  latencyMs: 0,
  gzip: false,
  verify: false,
  repeats: false,
  ...JSON.parse(process.argv[2] ?? '{}'),
};

let origin = '';
let created = 0;
let written = new HashSum();
const jobs = new BulkJobs(settings, (record) => written.add(canonical(record)));
const pages = new Map();
const recordTexts = new Map();

function page(offset, isXml) {
  const key = `${offset} ${isXml}`;
  let bytes = pages.get(key);
  if (bytes === undefined) {
    bytes = Buffer.from(isXml ? xmlPage(offset) : jsonPage(offset));
    if (settings.gzip) bytes = gzipSync(bytes, { level: 1 });
    if (!settings.repeats) pages.set(key, bytes);
  }
  return bytes;
}

const endOf = (offset) => Math.min(settings.rows, offset + PAGE_ROWS);

const cursor = (offset) => `${V}/query/01gLo0000000001-${offset}`;

/** The texts of a page's records; where pages repeat they are made once. */
function recordsAt(offset, isXml) {
  const count = endOf(offset) - offset;
  const from = settings.repeats ? 0 : offset;
  const known = settings.repeats ? recordTexts.get(`${count} ${isXml}`) : undefined;
  if (known !== undefined) return known;
  const texts = Array.from({ length: count }, (_, index) => (isXml ? xmlRecord : jsonRecord)(from + index));
  const text = texts.join(isXml ? '' : ',');
  if (settings.repeats) recordTexts.set(`${count} ${isXml}`, text);
  return text;
}

const jsonRecord = (number) =>
  JSON.stringify({
    attributes: { type: 'Account', url: `${V}/sobjects/Account/${idOf(number)}` },
    ...recordOf(number),
  });

const xmlRecord = (number) =>
  `<records type="Account" url="${V}/sobjects/Account/${idOf(number)}">${xmlFields(recordOf(number))}</records>`;

function jsonPage(offset) {
  const end = endOf(offset);
  const isLast = end === settings.rows;
  const next = isLast ? '' : `"nextRecordsUrl":"${cursor(end)}",`;
  return `{"totalSize":${settings.rows},"done":${isLast},${next}"records":[${recordsAt(offset, false)}]}`;
}

function xmlPage(offset) {
  const end = endOf(offset);
  const isLast = end === settings.rows;
  const next = isLast ? '' : `<nextRecordsUrl>${cursor(end)}</nextRecordsUrl>`;
  return `<?xml version="1.0" encoding="UTF-8"?><QueryResult xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><done>${isLast}</done>${next}${recordsAt(offset, true)}<totalSize>${settings.rows}</totalSize></QueryResult>`;
}

const FIELD = {
  createable: true,
  updateable: true,
  filterable: true,
  sortable: true,
  nillable: true,
  groupable: true,
  custom: false,
  defaultedOnCreate: false,
  externalId: false,
  idLookup: false,
  unique: false,
  nameField: false,
  length: 255,
  byteLength: 765,
  precision: 0,
  scale: 0,
  digits: 0,
  referenceTo: [],
  relationshipName: null,
  inlineHelpText: null,
  restrictedPicklist: false,
};

function describe(name, count) {
  const picklistValues = Array.from({ length: 20 }, (_, index) => ({
    active: true,
    defaultValue: false,
    label: `Choice number ${index}`,
    validFor: null,
    value: `Choice ${index}`,
  }));
  const names = count === 0 ? FIELDS : ['Id', ...Array.from({ length: count - 1 }, (_, index) => `Field_${index}__c`)];
  const types = ['string', 'picklist', 'double', 'datetime', 'boolean', 'textarea', 'int', 'date'];
  const fields = names.map((field, index) => {
    const type = field === 'Id' ? 'id' : count === 0 ? 'string' : types[index % types.length];
    return {
      ...FIELD,
      name: field,
      label: `Label of ${field}`,
      type,
      createable: field !== 'Id',
      updateable: field !== 'Id',
      picklistValues: type === 'picklist' ? picklistValues : [],
      ...(type === 'double' ? { precision: 18, scale: 2 } : {}),
    };
  });
  const flags = { queryable: true, createable: true, updateable: true, deletable: true, custom: count > 0 };
  return Buffer.from(JSON.stringify({ name, label: name, ...flags, fields, childRelationships: [] }));
}

const accountDescribe = describe('Account', 0);
const wideDescribe = String(describe('Wide__c', 800));
/** Of an object type of its own for each number, so that no client's cache has it. */
const describeOf = (name) => (/^Wide_\d+__c$/.test(name) ? wideDescribe.replaceAll('Wide__c', name) : accountDescribe);

function loginAnswer() {
  return `<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns="urn:partner.soap.sforce.com"><soapenv:Body><loginResponse><result><passwordExpired>false</passwordExpired><serverUrl>${origin}/services/Soap/u/64.0/00DLo0000000001</serverUrl><sessionId>00DLo0000000001!bench</sessionId><userId>005Lo0000000001IAA</userId><userInfo><organizationId>00DLo0000000001EAA</organizationId></userInfo></result></loginResponse></soapenv:Body></soapenv:Envelope>`;
}

function recordsIn(text) {
  if (text.startsWith('<'))
    return text
      .split('<records')
      .slice(1)
      .map((part) => fieldsOfXml(part.slice(part.indexOf('>'))));
  const body = JSON.parse(text);
  return body.records ?? [body];
}

function noteWritten(text) {
  if (settings.verify) for (const record of recordsIn(text)) written.add(canonical(record));
}

const isXml = (request) => (request.headers.accept ?? '').includes('xml');

function create(request, response, text) {
  noteWritten(text);
  const id = idOf(created++);
  if (isXml(request)) send(response, 201, 'application/xml', `<Result><id>${id}</id><success>true</success></Result>`);
  else send(response, 201, 'application/json', JSON.stringify({ id, success: true, errors: [] }));
}

function collection(request, response, text) {
  noteWritten(text);
  const count = isXml(request) ? text.split('<records').length - 1 : text.split('"attributes"').length - 1;
  const ids = Array.from({ length: count }, () => idOf(created++));
  if (isXml(request)) {
    const results = ids.map((id) => `<result><id>${id}</id><success>true</success></result>`).join('');
    send(response, 200, 'application/xml', `<results>${results}</results>`);
  } else send(response, 200, 'application/json', JSON.stringify(ids.map((id) => ({ id, success: true, errors: [] }))));
}

async function answer(request, response) {
  const { pathname, searchParams } = new URL(request.url, origin);
  if (pathname.startsWith('/services/Soap/')) {
    await bytesOf(request);
    return send(response, 200, 'text/xml', loginAnswer());
  }
  if (pathname === '/__bench') {
    const state = JSON.stringify({ created, written: String(written) });
    written = new HashSum();
    created = 0;
    return send(response, 200, 'application/json', state);
  }
  if (pathname === '/services/data') {
    return send(response, 200, 'application/json', JSON.stringify([{ label: 'v', url: V, version: '64.0' }]));
  }
  const [resource, ...rest] = pathname.slice(V.length + 1).split('/');
  if (resource === 'query') {
    const offset = rest.length === 0 || rest[0] === '' ? 0 : Number(rest[0].split('-')[1]);
    const type = isXml(request) ? 'application/xml' : 'application/json';
    const isZipped = settings.gzip && /gzip/.test(request.headers['accept-encoding'] ?? '');
    if (settings.gzip && !isZipped) return send(response, 406, 'text/plain', 'this run is about gzip');
    return send(response, 200, type, page(offset, isXml(request)), isZipped ? { 'content-encoding': 'gzip' } : {});
  }
  if (resource === 'sobjects' && rest[1] === 'describe') {
    return send(response, 200, 'application/json', describeOf(rest[0]));
  }
  if (resource === 'jobs') return jobs.answer(request, response, rest, searchParams);
  const text = String(await bytesOf(request));
  if (settings.latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, settings.latencyMs));
  if (resource === 'composite') return collection(request, response, text);
  return create(request, response, text);
}

const server = createServer((request, response) => {
  answer(request, response).catch((error) => {
    process.stderr.write(`${error.stack}\n`);
    response.destroy();
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  origin = `http://127.0.0.1:${server.address().port}`;
  // Everything is rendered before the first client comes.
  const rendered = settings.repeats ? 0 : settings.rows;
  for (let offset = 0; offset < rendered; offset += PAGE_ROWS) for (const xml of [false, true]) page(offset, xml);
  jobs.renderPages();
  process.stdout.write(`${origin}\n`);
});
