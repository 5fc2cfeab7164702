import { FIELDS, idOf, recordOf } from './records.mjs';
import { bytesOf, send, V } from './service-answers.mjs';

const PAGE_ROWS = 250_000;

const csvCell = (value) => (value === null ? '""' : `"${String(value).replaceAll('"', '""')}"`);

/** The jobs of the service, of ingest and of queries; `note` is given each record that an upload holds, where `verify` is set. */
export class BulkJobs {
  #jobs = new Map();
  #pages = new Map();
  #settings;
  #note;

  constructor(settings, note) {
    this.#settings = settings;
    this.#note = note;
  }

  /** Renders every page of query results. */
  renderPages() {
    for (let index = 0; index * PAGE_ROWS < this.#settings.bulkRows; index += 1) this.#page(index);
  }

  async answer(request, response, [kind, id, part], query) {
    const json = (value) => send(response, 200, 'application/json', JSON.stringify(value));
    if (id === undefined) return json(this.#told(this.#create(kind, JSON.parse(await bytesOf(request)))));
    const job = this.#jobs.get(id);
    if (job === undefined) return send(response, 404, 'application/json', '[{"errorCode":"NOT_FOUND","message":"no"}]');
    if (part === 'batches') {
      await this.#upload(request, job);
      response.writeHead(201).end();
    } else if (part === 'results') this.#sendResults(response, Number(query.get('locator') ?? 0));
    else if (part === 'successfulResults') await sendRows(response, succeeded(job.data));
    else if (part === 'failedResults')
      await sendRows(response, [Buffer.from(`"sf__Id","sf__Error",${headerOf(job.data)}`)]);
    else if (part === 'unprocessedrecords') await sendRows(response, [headerOf(job.data)]);
    else if (request.method === 'PATCH') {
      const { state } = JSON.parse(await bytesOf(request));
      job.state = state === 'UploadComplete' ? 'JobComplete' : state;
      json({ ...this.#told(job), state });
    } else if (request.method === 'DELETE') {
      this.#jobs.delete(id);
      response.writeHead(204).end();
    } else {
      if (kind === 'query') job.state = 'JobComplete';
      json(this.#told(job));
    }
  }

  #create(kind, asked) {
    const id = `750Lo0${String(this.#jobs.size).padStart(9, '0')}AAA`;
    const job = { id, kind, asked, state: kind === 'ingest' ? 'Open' : 'UploadComplete', data: undefined, rows: 0 };
    this.#jobs.set(id, job);
    return job;
  }

  /** What an answer says of a job. */
  #told({ id, kind, asked, state, rows }) {
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
      numberRecordsProcessed: kind === 'ingest' ? rows : this.#settings.bulkRows,
      numberRecordsFailed: 0,
      retries: 0,
      totalProcessingTime: 0,
    };
  }

  async #upload(request, job) {
    const pieces = [];
    let lines = 0;
    for await (const piece of request) {
      pieces.push(piece);
      for (let at = piece.indexOf(10); at >= 0; at = piece.indexOf(10, at + 1)) lines += 1;
    }
    job.data = Buffer.concat(pieces);
    job.rows = lines - 1;
    if (!this.#settings.verify) return;
    const [header, ...rows] = job.data.toString().trimEnd().split('\n');
    const names = cellsOf(header);
    for (const row of rows) this.#note(Object.fromEntries(cellsOf(row).map((cell, index) => [names[index], cell])));
  }

  #sendResults(response, index) {
    const { bulkRows } = this.#settings;
    const isLast = (index + 1) * PAGE_ROWS >= bulkRows;
    const rows = Math.min(PAGE_ROWS, bulkRows - index * PAGE_ROWS);
    const headers = { 'sforce-locator': isLast ? 'null' : String(index + 1), 'sforce-numberofrecords': String(rows) };
    send(response, 200, 'text/csv', this.#page(index), headers);
  }

  #page(index) {
    const rows = Math.min(PAGE_ROWS, this.#settings.bulkRows - index * PAGE_ROWS);
    const from = this.#settings.repeats ? 0 : index * PAGE_ROWS;
    const key = `${from} ${rows}`;
    const known = this.#pages.get(key);
    if (known !== undefined) return known;
    const lines = [FIELDS.map(csvCell).join(',')];
    for (let number = from; number < from + rows; number += 1)
      lines.push(Object.values(recordOf(number)).map(csvCell).join(','));
    const page = Buffer.from(`${lines.join('\n')}\n`);
    this.#pages.set(key, page);
    return page;
  }
}

/** `#N/A` is how an upload says null. */
function cellsOf(row) {
  return [...row.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) => {
    const cell = quoted?.replaceAll('""', '"') ?? plain ?? '';
    return cell === '#N/A' ? '' : cell;
  });
}

/** The first line, with its end. */
const headerOf = (data) => data.subarray(0, data.indexOf(10) + 1);

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
