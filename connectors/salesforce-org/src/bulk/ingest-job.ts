import { setImmediate as turn } from 'node:timers/promises';
import { CsvError, CsvRows, quotedRow } from '../formats/csv-rows.js';
import type { InputField } from '../formats/record-input.js';
import { ServiceError } from '../service-error.js';
import type { Field } from '../store/object-type.js';
import type { RecordStore } from '../store/record-store.js';
import type { Table } from '../store/table.js';
import { BulkJob, invalidState, type JobAnswer, type JobStart } from './bulk-job.js';
import { fieldsOfRow, type IngestColumn, ingestColumns } from './ingest-columns.js';
import { delimiterOf, lineEndOf } from './job-settings.js';

/** Rows of one transaction. */
const CHUNK = 200;
const TURN_MS = 10;

/** Outcomes of rows. */
const UNPROCESSED = 0;
const UPDATED = 1;
const CREATED = 2;
const FAILED = 3;

export type IngestOperation = 'insert' | 'update' | 'upsert' | 'delete' | 'hardDelete';

/** The record that a row made, changed or deleted. */
export interface AppliedRow {
  readonly position: number;
  readonly isCreated: boolean;
}

/** What an ingest job is about, beside what every job has. */
export interface IngestStart extends JobStart {
  readonly operation: IngestOperation;
  readonly store: RecordStore;
  readonly table: Table;
  /** The external id field of an upsert. */
  readonly key: Field | undefined;
  readonly assignmentRuleId: string | undefined;
  /** Applies the fields of one row, on behalf of the request that closed the job. Throws the service's error where it is refused. */
  apply(fields: readonly InputField[], request: number): AppliedRow;
}

export type ResultSet = 'successfulResults' | 'failedResults' | 'unprocessedrecords';

/** An ingest job: its CSV as it came, and per row an outcome and the place of its record. */
export class IngestJob extends BulkJob {
  readonly kind = 'ingest';
  #data: Buffer | undefined;
  #rows: CsvRows | undefined;
  #columns: readonly IngestColumn[] = [];
  #outcomes = new Uint8Array(0);
  #positions = new Uint32Array(0);
  readonly #errors = new Map<number, string>();
  #next = 0;
  #closedBy = 0;

  constructor(private readonly ingest: IngestStart) {
    super(ingest, 'Open');
  }

  /** Rows below the header, as far as the CSV was read. */
  get rowCount(): number {
    return this.#rows?.count ?? 0;
  }

  upload(data: Buffer): void {
    if (this.state !== 'Open') throw invalidState(`Uploading data to a job in state ${this.state} is not allowed`);
    if (this.#data !== undefined) throw invalidState('Found multiple contents for job');
    this.#data = data;
  }

  /** No more data comes. */
  close(request: number): void {
    if (this.state !== 'Open') throw invalidState(`Closing already ${this.state} Job not allowed`);
    this.#closedBy = request;
    this.state = 'UploadComplete';
  }

  delete(): void {
    if (this.state === 'Open' || this.state === 'InProgress')
      throw invalidState(`Deleting a job in state ${this.state} is not allowed`);
    this.isDeleted = true;
    this.#data = undefined;
    this.#rows = undefined;
  }

  protected async work(atMost: number): Promise<void> {
    if (!this.#read()) return;
    const until = Math.min(this.#next + atMost, this.rowCount);
    let turnedMs = Date.now();
    while (this.#next < until && this.state === 'InProgress') {
      this.#applyChunk(Math.min(this.#next + CHUNK, until));
      if (Date.now() - turnedMs < TURN_MS) continue;
      await turn();
      turnedMs = Date.now();
    }
  }

  /** Reads the CSV where that was not done yet; false where it is not what the job says. */
  #read(): boolean {
    if (this.#rows !== undefined) return true;
    const { store, table, operation } = this.ingest;
    try {
      if (this.#data === undefined) throw new CsvError('InvalidBatch : No data was uploaded');
      const rows = CsvRows.read(this.#data, delimiterOf(this.start.csv), this.start.csv.lineEnding);
      if (operation.endsWith('elete') && (rows.header.length !== 1 || rows.header[0]?.toLowerCase() !== 'id'))
        throw new CsvError(`InvalidBatch : ${operation} needs exactly the column Id`);
      this.#columns = ingestColumns(store, table, rows.header);
      this.#rows = rows;
    } catch (error) {
      if (!(error instanceof CsvError)) throw error;
      this.fail(error.message);
      return false;
    }
    this.#outcomes = new Uint8Array(this.rowCount);
    this.#positions = new Uint32Array(this.rowCount);
    return true;
  }

  #applyChunk(until: number): void {
    const chunk = [];
    for (let row = this.#next; row < until; row++) chunk.push(fieldsOfRow(this.#columns, this.#rows?.cells(row) ?? []));
    const doubled = this.#doubledKeys(chunk);
    for (const fields of chunk) this.#apply(this.#next++, fields, doubled);
  }

  #apply(row: number, fields: readonly InputField[], doubled: ReadonlySet<string>): void {
    const { key } = this.ingest;
    const value = key && keyText(fields, key.name);
    if (key !== undefined && value !== undefined && doubled.has(value)) {
      this.#fail(row, `DUPLICATE_VALUE:Duplicate external id specified: ${value}:${key.name} --`);
      return;
    }
    try {
      const applied = this.ingest.apply(fields, this.#closedBy);
      this.#outcomes[row] = applied.isCreated ? CREATED : UPDATED;
      this.#positions[row] = applied.position;
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      this.#fail(row, this.#errorText(error));
    }
  }

  #fail(row: number, text: string): void {
    this.#outcomes[row] = FAILED;
    this.#errors.set(row, text);
  }

  /** External ids that stand more than once in one transaction. */
  #doubledKeys(chunk: readonly (readonly InputField[])[]): ReadonlySet<string> {
    const { key } = this.ingest;
    const doubled = new Set<string>();
    if (key === undefined) return doubled;
    const seen = new Set<string>();
    for (const fields of chunk) {
      const value = keyText(fields, key.name);
      if (value === undefined) continue;
      if (seen.has(value)) doubled.add(value);
      seen.add(value);
    }
    return doubled;
  }

  /** `CODE:message:fields --` */
  #errorText({ problems: [problem] }: ServiceError): string {
    if (problem === undefined) return 'UNKNOWN_EXCEPTION:An unexpected error occurred:--';
    const { errorCode, message, fields = [] } = problem;
    const names = fields.length === 0 ? '--' : `${fields.join(',')} --`;
    if (errorCode !== 'XML_PARSER_ERROR') return `${errorCode}:${message}:${names}`;
    const at = this.#columns.findIndex((column) => column.kind === 'field' && column.field.name === fields[0]);
    return `INVALID_FIELD:Failed to deserialize field at col ${at}. Due to, ${message}:${names}`;
  }

  /** One of the three sets as CSV, piece by piece. */
  *results(set: ResultSet): Generator<string> {
    const { csv } = this.start;
    const [delimiter, lineEnd] = [delimiterOf(csv), lineEndOf(csv)];
    if (this.state === 'Aborted' && this.#data !== undefined) this.#read();
    const header = this.#rows?.headerText ?? '';
    const own = { successfulResults: 'sf__Created', failedResults: 'sf__Error', unprocessedrecords: undefined }[set];
    const ownHeader = own === undefined ? '' : `${quotedRow(['sf__Id', own], delimiter)}${delimiter}`;
    let piece = `${ownHeader}${header}${lineEnd}`;
    const idColumn = this.#columns.findIndex((column) => column.kind === 'field' && column.field.index === 0);
    for (let at = 0; at < this.rowCount; at++) {
      const row = this.plan.isPermuted === true ? this.rowCount - 1 - at : at;
      if (this.#setOf(row) !== set) continue;
      const cells = this.#rows?.cells(row) ?? [];
      if (set === 'failedResults') cells.unshift(cells[idColumn] ?? '', this.#errors.get(row) ?? '');
      else if (set === 'successfulResults') cells.unshift(...this.#appliedCells(row));
      piece += quotedRow(cells, delimiter) + lineEnd;
      if (piece.length < 65_536) continue;
      yield piece;
      piece = '';
    }
    yield piece;
  }

  #appliedCells(row: number): [string, string] {
    return [this.ingest.table.idAt(this.#positions[row] ?? 0), String(this.#outcomes[row] === CREATED)];
  }

  #setOf(row: number): ResultSet {
    const outcome = this.#outcomes[row] ?? UNPROCESSED;
    if (outcome === FAILED) return 'failedResults';
    return outcome === UNPROCESSED ? 'unprocessedrecords' : 'successfulResults';
  }

  described(answer: JobAnswer): Record<string, unknown> {
    const { csv, version, key, assignmentRuleId, id } = this.ingest;
    const isWhole = answer !== 'changed';
    const hasStarted = answer === 'asked' && this.state !== 'Open';
    return {
      ...this.leading(),
      ...(key && { externalIdFieldName: key.name }),
      ...(assignmentRuleId !== undefined && { assignmentRuleId }),
      concurrencyMode: 'Parallel',
      contentType: 'CSV',
      apiVersion: version,
      ...(answer === 'asked' && { jobType: 'V2Ingest' }),
      ...(isWhole &&
        this.state === 'Open' && {
          contentUrl: `services/data/v${version.toFixed(1)}/jobs/ingest/${id}/batches`,
        }),
      ...(isWhole && csv),
      ...(hasStarted && {
        ...(this.plan.processedCount !== null && { numberRecordsProcessed: this.plan.processedCount ?? this.#next }),
        numberRecordsFailed: this.plan.failedCount ?? this.#errors.size,
      }),
      ...(answer === 'asked' && {
        retries: 0,
        totalProcessingTime: 0,
        apiActiveProcessingTime: 0,
        apexProcessingTime: 0,
      }),
      ...(this.errorMessage !== undefined && { errorMessage: this.errorMessage }),
    };
  }
}

function keyText(fields: readonly InputField[], name: string): string | undefined {
  const value = fields.find((field) => field.name === name)?.value;
  return typeof value === 'string' ? value : undefined;
}
