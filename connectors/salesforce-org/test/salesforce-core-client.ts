import { once } from 'node:events';
import { AuthInfo, Connection, WebOAuthServer } from '@salesforce/core';

/** How `@salesforce/core` is to log in. Without `privateKeyFile` and `accessToken` a person does so by browser. */
export interface CoreLogin {
  readonly loginUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly username: string;
  readonly redirectUri: string;
  readonly privateKeyFile?: string;
  readonly accessToken?: string;
}

/** What it found. */
export interface CoreFindings {
  readonly username: string | undefined;
  readonly isJwt: boolean;
  readonly page: { readonly totalSize: number; readonly done: boolean };
  readonly accounts: number;
  readonly record: Readonly<Record<string, unknown>>;
  readonly fields: readonly string[];
  /** Object types that are listed. */
  readonly objects: readonly string[];
  /** Pages that a query was read in. */
  readonly pages: number;
  /** Created or not, by two upserts of one external id. */
  readonly upserts: readonly (boolean | undefined)[];
  /** Of a collection with one bad record, then of one under all or none. */
  readonly collections: readonly (readonly string[])[];
  readonly tree: { readonly hasErrors: boolean; readonly results: readonly { readonly referenceId: string }[] };
  readonly refusal: string;
  /** By jobs: which rows were created, which were refused and why, and what a query found of them. */
  readonly bulk: {
    readonly created: readonly string[];
    readonly refused: readonly string[];
    readonly queried: readonly string[];
  };
}

async function logIn(login: CoreLogin): Promise<AuthInfo> {
  const { loginUrl, clientId, clientSecret, username, redirectUri, privateKeyFile, accessToken } = login;
  if (accessToken !== undefined)
    return AuthInfo.create({
      username: accessToken,
      accessTokenOptions: { accessToken, instanceUrl: loginUrl, loginUrl },
    });
  if (privateKeyFile !== undefined)
    return AuthInfo.create({ username, oauth2Options: { clientId, loginUrl, privateKeyFile } });
  const oauthConfig = { clientId, clientSecret, loginUrl, redirectUri };
  const server = await WebOAuthServer.create({ oauthConfig });
  await server.start();
  const authorized = server.authorizeAndSave();
  await fetch(server.getAuthorizationUrl());
  return authorized;
}

/** Does what a login is for. Between login and work the parent may end the session. */
async function work(connection: Connection): Promise<Omit<CoreFindings, 'username' | 'isJwt'>> {
  const page = await connection.query('SELECT Id, Name FROM Account');
  const { records } = await connection.query('SELECT Id FROM Account', { autoFetch: true, maxFetch: 1000 });
  const accounts = connection.sobject('Account');
  const { id = '' } = await accounts.create({ Name: 'By core' });
  await accounts.update({ Id: id, Phone: '42' });
  const record = await accounts.retrieve(id);
  await accounts.delete(id);
  const { fields } = await connection.describe('Account');
  const { sobjects } = await connection.describeGlobal();
  return {
    page: { totalSize: page.totalSize, done: page.done },
    accounts: new Set(records.map(({ Id }) => Id)).size,
    record,
    fields: fields.map(({ name }) => name),
    objects: sobjects.map(({ name }) => name),
    pages: await countPages(connection),
    ...(await writeMany(connection)),
    bulk: await runJobs(connection),
  };
}

async function runJobs({ bulk2 }: Connection): Promise<CoreFindings['bulk']> {
  bulk2.pollInterval = 50;
  const { successfulResults, failedResults } = await bulk2.loadAndWaitForResults({
    object: 'Invoice__c',
    operation: 'insert',
    input: [
      { Name: 'bulk 1', Amount__c: 1 },
      { Name: 'bulk 2', Amount__c: 'x' },
    ],
  });
  const rows = await bulk2.query("SELECT Name FROM Invoice__c WHERE Name LIKE 'bulk %'");
  return {
    created: successfulResults.map((row) => String((row as { Name?: string }).Name)),
    refused: failedResults.map(({ sf__Error }) => sf__Error),
    queried: (await rows.toArray()).map((row) => String(row['Name'])),
  };
}

async function countPages(connection: Connection): Promise<number> {
  let pages = 1;
  let page = await connection.query('SELECT Id FROM Account');
  for (; page.nextRecordsUrl !== undefined; pages++) page = await connection.queryMore(page.nextRecordsUrl);
  return pages;
}

/** Writes by external id, in collections and as a tree. */
async function writeMany(
  connection: Connection,
): Promise<Pick<CoreFindings, 'upserts' | 'collections' | 'tree' | 'refusal'>> {
  const invoices = connection.sobject('Invoice__c');
  const upserts: (boolean | undefined)[] = [];
  for (const Amount__c of [1, 2]) {
    const result = await invoices.upsert({ External_Id__c: 'core', Amount__c }, 'External_Id__c');
    upserts.push(result.created);
  }
  const contacts = [{ LastName: 'good' }, { FirstName: 'bad' }];
  const collections: string[][] = [];
  for (const allOrNone of [false, true]) {
    const results = await connection.create('Contact', contacts, { allOrNone });
    collections.push(
      results.map(({ errors }) => (errors[0] as { statusCode: string } | undefined)?.statusCode ?? 'ok'),
    );
  }
  const attributes = (type: string, referenceId: string) => ({ attributes: { type, referenceId } });
  const tree = await connection.requestPost<CoreFindings['tree']>('/composite/tree/Account', {
    records: [
      {
        ...attributes('Account', 'a'),
        Name: 'tree',
        Contacts: { records: [{ ...attributes('Contact', 'c'), LastName: 'leaf' }] },
      },
    ],
  });
  const refusal = await connection
    .sobject('Contact')
    .create({ FirstName: 'x' })
    .then(
      () => 'none',
      (error: unknown) => (error as { errorCode?: string }).errorCode ?? String(error),
    );
  return { upserts, collections, tree, refusal };
}

/** Logs in, tells so, and works when it is told to. What fails ends the process, and stands on stderr. */
async function serve(login: CoreLogin): Promise<void> {
  const authInfo = await logIn(login);
  const connection = await Connection.create({ authInfo });
  const told = once(process, 'message');
  process.send?.('logged in');
  await told;
  process.send?.({ username: authInfo.getUsername(), isJwt: authInfo.isJwt(), ...(await work(connection)) });
}

process.once('message', (login: CoreLogin) => void serve(login));
