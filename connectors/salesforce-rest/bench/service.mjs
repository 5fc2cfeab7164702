// A service for measuring clients: it answers from bytes that were made before, and checks what it is sent only where it is asked to. Its first line is its address.
// node service.mjs '{"rows":200000,"bulkRows":400000,"latencyMs":0,"gzip":false,"verify":false}'
import { createServer } from 'node:http';
import { gzipSync } from 'node:zlib';
import { canonical, FIELDS, fieldsOfXml, HashSum, idOf, recordOf, xmlFields } from './records.mjs';

const PAGE_ROWS = 2_000;
const BULK_PAGE_ROWS = 250_000;
const V = '/services/data/v64.0';
const settings = {
  rows: 0,
  bulkRows: 0,
  latencyMs: 0,
  gzip: false,
  verify: false,
  ...JSON.parse(process.argv[2] ?? '{}'),
};

let origin = '';
let created = 0;
let written = new HashSum();
const jobs = new Map();
const pages = new Map();

function page(offset, isXml) {
  const key = `${offset} ${isXml}`;
  let bytes = pages.get(key);
  if (bytes === undefined) {
    bytes = Buffer.from(isXml ? xmlPage(offset) : jsonPage(offset));
    if (settings.gzip) bytes = gzipSync(bytes, { level: 1 });
    pages.set(key, bytes);
  }
  return bytes;
}

function numbersFrom(offset) {
  const end = Math.min(settings.rows, offset + PAGE_ROWS);
  return { end, numbers: Array.from({ length: end - offset }, (_, index) => offset + index) };
}

const cursor = (offset) => `${V}/query/01gLo0000000001-${offset}`;

function jsonPage(offset) {
  const { end, numbers } = numbersFrom(offset);
  const isLast = end === settings.rows;
  const records = numbers.map((number) => ({
    attributes: { type: 'Account', url: `${V}/sobjects/Account/${idOf(number)}` },
    ...recordOf(number),
  }));
  return JSON.stringify({
    totalSize: settings.rows,
    done: isLast,
    ...(isLast ? {} : { nextRecordsUrl: cursor(end) }),
    records,
  });
}

function xmlPage(offset) {
  const { end, numbers } = numbersFrom(offset);
  const isLast = end === settings.rows;
  const next = isLast ? '' : `<nextRecordsUrl>${cursor(end)}</nextRecordsUrl>`;
  const records = numbers.map(
    (number) =>
      `<records type="Account" url="${V}/sobjects/Account/${idOf(number)}">${xmlFields(recordOf(number))}</records>`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?><QueryResult xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><done>${isLast}</done>${next}${records.join('')}<totalSize>${settings.rows}</totalSize></QueryResult>`;
}

const csvCell = (value) => (value === null ? '""' : `"${String(value).replaceAll('"', '""')}"`);
const bulkPages = [];
function bulkPage(index) {
  if (bulkPages[index] === undefined) {
    const from = index * BULK_PAGE_ROWS;
    const lines = [FIELDS.map(csvCell).join(',')];
    for (let number = from; number < Math.min(settings.bulkRows, from + BULK_PAGE_ROWS); number += 1)
      lines.push(Object.values(recordOf(number)).map(csvCell).join(','));
    bulkPages[index] = Buffer.from(`${lines.join('\n')}\n`);
  }
  return bulkPages[index];
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

async function bytesOf(request) {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  return Buffer.concat(pieces);
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

function send(response, status, type, body, headers = {}) {
  response.writeHead(status, {
    'content-type': `${type};charset=UTF-8`,
    'content-length': Buffer.byteLength(body),
    'sforce-limit-info': 'api-usage=1/1000000',
    ...headers,
  });
  response.end(body);
}

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

function newJob(kind, asked) {
  const id = `750Lo0${String(jobs.size).padStart(9, '0')}AAA`;
  const job = { id, kind, asked, state: kind === 'ingest' ? 'Open' : 'UploadComplete', data: undefined, rows: 0 };
  jobs.set(id, job);
  return job;
}

function jobAnswer({ id, kind, asked, state, rows }) {
  return {
    id,
    operation: asked.operation,
    object: asked.object ?? 'Account',
    createdById: '005Lo0000000001IAA',
    createdDate: '2026-01-15T12:00:00.000+0000',
    systemModstamp: '2026-01-15T12:00:00.000+0000',
    state,
    concurrencyMode: 'Parallel',
    contentType: 'CSV',
    apiVersion: 64.0,
    jobType: kind === 'ingest' ? 'V2Ingest' : 'V2Query',
    ...(kind === 'ingest' && state === 'Open' ? { contentUrl: `${V.slice(1)}/jobs/ingest/${id}/batches` } : {}),
    lineEnding: 'LF',
    columnDelimiter: 'COMMA',
    numberRecordsProcessed: kind === 'ingest' ? rows : settings.bulkRows,
    numberRecordsFailed: 0,
    retries: 0,
    totalProcessingTime: 0,
  };
}

async function upload(request, job) {
  const pieces = [];
  let lines = 0;
  for await (const piece of request) {
    pieces.push(piece);
    for (let at = piece.indexOf(10); at >= 0; at = piece.indexOf(10, at + 1)) lines += 1;
  }
  job.data = Buffer.concat(pieces);
  job.rows = lines - 1;
  if (settings.verify) {
    const [header, ...rows] = job.data.toString().trimEnd().split('\n');
    const names = cellsOf(header);
    for (const row of rows)
      written.add(canonical(Object.fromEntries(cellsOf(row).map((cell, index) => [names[index], cell]))));
  }
}

/** `#N/A` is how an upload says null. */
function cellsOf(row) {
  return [...row.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) => {
    const cell = quoted?.replaceAll('""', '"') ?? plain ?? '';
    return cell === '#N/A' ? '' : cell;
  });
}

/** Each uploaded row with an id and `true` before it. */
function* succeeded(data) {
  let from = data.indexOf(10) + 1;
  yield Buffer.concat([Buffer.from('"sf__Id","sf__Created",'), data.subarray(0, from)]);
  let number = 0;
  while (from < data.length) {
    const pieces = [];
    for (let row = 0; row < 1_000 && from < data.length; row += 1) {
      const end = data.indexOf(10, from) + 1 || data.length;
      pieces.push(Buffer.from(`"${idOf(number++)}","true",`), data.subarray(from, end));
      from = end;
    }
    yield Buffer.concat(pieces);
  }
}

async function sendRows(response, chunks) {
  response.writeHead(200, { 'content-type': 'text/csv' });
  for (const chunk of chunks)
    if (!response.write(chunk)) await new Promise((resolve) => response.once('drain', resolve));
  response.end();
}

async function answerJob(request, response, kind, [id, part], query) {
  const json = (value) => send(response, 200, 'application/json', JSON.stringify(value));
  if (id === undefined) return json(jobAnswer(newJob(kind, JSON.parse(await bytesOf(request)))));
  const job = jobs.get(id);
  if (job === undefined) return send(response, 404, 'application/json', '[{"errorCode":"NOT_FOUND","message":"no"}]');
  if (part === 'batches') {
    await upload(request, job);
    response.writeHead(201).end();
  } else if (part === 'results') {
    const index = Number(query.get('locator') ?? 0);
    const bytes = bulkPage(index);
    const isLast = (index + 1) * BULK_PAGE_ROWS >= settings.bulkRows;
    const rows = Math.min(BULK_PAGE_ROWS, settings.bulkRows - index * BULK_PAGE_ROWS);
    const headers = { 'sforce-locator': isLast ? 'null' : String(index + 1), 'sforce-numberofrecords': String(rows) };
    send(response, 200, 'text/csv', bytes, headers);
  } else if (part === 'successfulResults') await sendRows(response, succeeded(job.data));
  else if (part === 'failedResults')
    await sendRows(response, [Buffer.from(`"sf__Id","sf__Error",${job.data.subarray(0, job.data.indexOf(10) + 1)}`)]);
  else if (part === 'unprocessedrecords') await sendRows(response, [job.data.subarray(0, job.data.indexOf(10) + 1)]);
  else if (request.method === 'PATCH') {
    const { state } = JSON.parse(await bytesOf(request));
    job.state = state === 'UploadComplete' ? 'JobComplete' : state;
    json({ ...jobAnswer(job), state });
  } else if (request.method === 'DELETE') {
    jobs.delete(id);
    response.writeHead(204).end();
  } else {
    if (kind === 'query') job.state = 'JobComplete';
    json(jobAnswer(job));
  }
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
  if (resource === 'jobs') return answerJob(request, response, rest[0], rest.slice(1), searchParams);
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
  for (let offset = 0; offset < settings.rows; offset += PAGE_ROWS) for (const xml of [false, true]) page(offset, xml);
  for (let index = 0; index * BULK_PAGE_ROWS < settings.bulkRows; index += 1) bulkPage(index);
  process.stdout.write(`${origin}\n`);
});
