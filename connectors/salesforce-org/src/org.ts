import { AuthorizationCodes } from './authorization-codes.js';
import { BulkJobs } from './bulk/bulk-jobs.js';
import { Cursors } from './cursors.js';
import { Faults } from './faults.js';
import { Ledger } from './ledger.js';
import type { OrgSettings } from './options.js';
import { RequestLog } from './request-log.js';
import { RowLocks } from './row-locks.js';
import { Sessions } from './sessions.js';
import { readDescribes } from './store/describe-files.js';
import { withDescribes } from './store/described-objects.js';
import type { ObjectSpec } from './store/object-spec.js';
import { STANDARD_OBJECTS } from './store/objects/standard-objects.js';
import { RecordStore } from './store/record-store.js';
import { applyStoredChange } from './store/stored-change.js';
import type { Value } from './store/values.js';

/** Everything that an org knows; the routes read and change it. */
export class Org {
  readonly store: RecordStore;
  readonly sessions: Sessions;
  readonly cursors: Cursors;
  readonly ledger: Ledger;
  readonly faults = new Faults();
  readonly locks = new RowLocks();
  readonly requests = new RequestLog();
  readonly bulkJobs = new BulkJobs();
  /** The user's password, and what is put behind it. */
  password: string;
  securityToken: string;
  /** Ids of the organization and of the one user who logs in, 18 characters. */
  readonly organizationId: string;
  readonly userId: string;
  /** Refresh tokens that are good now. */
  readonly refreshTokens: Set<string>;
  readonly codes: AuthorizationCodes;
  /** True from `close()` on: what faults still hold is not handled any more. */
  isClosed = false;
  /** API calls counted so far. */
  apiUsage = 0;
  readonly #describes = new Map<string, string>();

  constructor(readonly settings: OrgSettings) {
    const specs = withDescribes([...STANDARD_OBJECTS, ...settings.objects], readDescribes(settings.describes));
    this.store = new RecordStore(specs, settings.seed, settings.accounts);
    this.password = settings.password;
    this.securityToken = settings.securityToken;
    this.organizationId = this.#setUp('Organization', {
      OrganizationType: settings.edition,
      IsSandbox: settings.isSandbox,
      InstanceName: 'LOOP1',
    });
    this.userId = this.#setUp('User', { Username: settings.username, Email: settings.username });
    this.sessions = new Sessions(this.organizationId.slice(0, 15), settings.sessionSecondsValid, settings.now);
    this.cursors = new Cursors(settings.now);
    this.codes = new AuthorizationCodes(settings.now);
    this.refreshTokens = new Set([settings.refreshToken]);
    if (settings.store !== undefined)
      this.store.journal.open(settings.store, settings, (change) => applyStoredChange(this.store, change));
    this.ledger = new Ledger(settings.ledgerFile, settings.keepLedger);
  }

  /** Adds object types; describes are made anew, for their parents have new children. */
  addObjects(specs: readonly ObjectSpec[]): void {
    this.store.add(specs);
    this.#describes.clear();
  }

  /** Closes the files of what was applied. */
  closeFiles(): void {
    this.ledger.close();
    this.store.journal.close();
  }

  /** The text of a describe in one format and version, made once. */
  describe(key: string, make: () => string): string {
    const known = this.#describes.get(key);
    if (known !== undefined) return known;
    const made = make();
    this.#describes.set(key, made);
    return made;
  }

  /** Sets fields of the first record of a type and gives its id. */
  #setUp(typeName: string, fields: Readonly<Record<string, Value>>): string {
    const table = this.store.tableNamed(typeName);
    if (table === undefined) throw new TypeError(`no object type ${typeName}`);
    table.update(0, new Map(Object.entries(fields).map(([name, value]) => [table.type.required(name), value])));
    return table.idAt(0);
  }
}
