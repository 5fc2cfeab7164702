import type { AddressInfo } from 'node:net';
import type { BulkControls } from './bulk/bulk-jobs.js';
import { type Certificates, makeCertificates } from './certificates.js';
import type { Faults } from './faults.js';
import { readRecordInput } from './formats/record-input.js';
import type { Ledger } from './ledger.js';
import { orgSettings, type SalesforceOrgOptions } from './options.js';
import { Org } from './org.js';
import type { RequestLog } from './request-log.js';
import { insertRecord } from './routes/record-writes.js';
import type { RowLocks } from './row-locks.js';
import { createOrgServer } from './server.js';
import type { ObjectSpec } from './store/object-spec.js';
import type { Table } from './store/table.js';
import type { Value } from './store/values.js';

/** A record as tests read it: every field by its canonical name. A datetime is milliseconds since 1970. */
export type OrgRecord = { readonly Id: string } & Readonly<Record<string, Value>>;

/** A running org. All addresses are on 127.0.0.1. */
export interface SalesforceOrg {
  readonly url: string;
  /** `…/services/data/v64.0` */
  readonly apiBase: string;
  /** `…/services/Soap/u/64.0` */
  readonly soapLogin: string;
  readonly tokenUrl: string;
  readonly username: string;
  readonly password: string;
  /** To be put behind the password. */
  readonly securityToken: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly refreshToken: string;
  /** The certificate authority to trust, with TLS. */
  readonly caPem: string | undefined;
  readonly organizationId: string;
  readonly userId: string;
  /** What was applied, with counts of logins, requests and rows served. */
  readonly ledger: Ledger;
  readonly faults: Faults;
  /** Records that writes find locked. */
  readonly locks: RowLocks;
  readonly requests: RequestLog;
  /** Bulk jobs, and what becomes of them. */
  readonly bulk: BulkControls;
  /** The live records of an object type, in the order of their ids. */
  records(objectType: string): OrgRecord[];
  /** The record with this id, deleted ones too. */
  record(id: string): OrgRecord | undefined;
  /** Makes a record as a create does, and gives its id; not a request, yet in the ledger. */
  insert(objectType: string, fields: Readonly<Record<string, unknown>>): string;
  /** Adds object types to those that there are. */
  addObjects(specs: readonly ObjectSpec[]): void;
  /** Logins go by these from now on, and no longer by what was good before; sessions stay. */
  changePassword(password: string, securityToken: string): void;
  /** Ends every session: the next request of each gets 401. */
  expireSessions(): void;
  /** Closes every connection, and the files of ledger and store. Repeated calls are fine. */
  close(): Promise<void>;
}

const DATA_VERSION = '64.0';

/** Starts an org on loopback. Throws a `TypeError` for an option out of range, an `Error` for describes or a store that cannot be used, and what `listen` and the files throw. */
export async function startSalesforceOrg(options: SalesforceOrgOptions = {}): Promise<SalesforceOrg> {
  const settings = orgSettings(options);
  const { tls } = settings;
  const certificates: Certificates | undefined =
    tls === false ? undefined : await makeCertificates(tls === true ? {} : tls);
  const org = new Org(settings);
  const server = createOrgServer(org, certificates);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(settings.port, '127.0.0.1', resolve);
  }).catch((error: unknown) => {
    org.closeFiles();
    throw error;
  });
  const { port } = server.address() as AddressInfo;
  const url = `${certificates === undefined ? 'http' : 'https'}://127.0.0.1:${port}`;
  const { username, clientId, clientSecret, refreshToken } = settings;
  const tableNamed = (name: string): Table => {
    const table = org.store.tableNamed(name);
    if (table === undefined) throw new TypeError(`the org has no object type ${name}`);
    return table;
  };
  let closing: Promise<void> | undefined;
  return {
    url,
    apiBase: `${url}/services/data/v${DATA_VERSION}`,
    soapLogin: `${url}/services/Soap/u/${DATA_VERSION}`,
    tokenUrl: `${url}/services/oauth2/token`,
    username,
    get password() {
      return org.password;
    },
    get securityToken() {
      return org.securityToken;
    },
    clientId,
    clientSecret,
    refreshToken,
    caPem: certificates?.caPem,
    organizationId: org.organizationId,
    userId: org.userId,
    ledger: org.ledger,
    faults: org.faults,
    locks: org.locks,
    requests: org.requests,
    bulk: org.bulkJobs,
    records: (objectType) => {
      const table = tableNamed(objectType);
      return [...Array(table.size).keys()]
        .filter((position) => !table.isDeleted(position))
        .map((position) => wholeRecord(table, position));
    },
    record: (id) => {
      const found = org.store.find(id);
      return found && wholeRecord(found.table, found.position);
    },
    insert: (objectType, fields) =>
      insertRecord(
        org,
        tableNamed(objectType),
        readRecordInput(Buffer.from(JSON.stringify(fields)), 'application/json'),
        { request: 0 },
      ),
    addObjects: (specs) => org.addObjects(specs),
    changePassword: (password, securityToken) => {
      org.password = password;
      org.securityToken = securityToken;
    },
    expireSessions: () => org.sessions.closeAll(),
    close: () => {
      closing ??= new Promise<void>((resolve) => {
        org.isClosed = true;
        org.faults.remove();
        server.close(() => resolve());
        server.closeAllConnections();
      }).finally(() => org.closeFiles());
      return closing;
    },
  };
}

function wholeRecord(table: Table, position: number): OrgRecord {
  const fields = table.type.fields.map((field): [string, Value] => [field.name, table.read(position, field)]);
  return { ...Object.fromEntries(fields), Id: table.idAt(position) };
}
