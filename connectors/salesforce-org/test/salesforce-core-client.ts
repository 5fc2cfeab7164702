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
  return {
    page: { totalSize: page.totalSize, done: page.done },
    accounts: new Set(records.map(({ Id }) => Id)).size,
    record,
    fields: fields.map(({ name }) => name),
  };
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
