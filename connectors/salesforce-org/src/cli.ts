import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseFlags, USAGE } from './cli-flags.js';
import type { SalesforceOrgOptions } from './options.js';
import { type SalesforceOrg, startSalesforceOrg } from './salesforce-org.js';

const WRONG_USAGE = 2;

/** The command `salesforce-org`: starts an org, prints where it is, and runs until SIGINT or SIGTERM. */
export async function main(args: readonly string[]): Promise<void> {
  let flags: SalesforceOrgOptions | 'help';
  try {
    flags = parseFlags(args);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    process.exitCode = WRONG_USAGE;
    return;
  }
  if (flags === 'help') {
    process.stdout.write(USAGE);
    return;
  }
  const org = await startSalesforceOrg(flags).catch((error: unknown) => {
    process.stderr.write(`salesforce-org did not start: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
  if (org === undefined) return;
  const folder = org.caPem === undefined ? undefined : caFolder(org.caPem);
  const stop = (): void => {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    void org.close();
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  process.stdout.write(`${JSON.stringify(connectionLine(org, folder))}\n`);
}

/** A private folder with the certificate authority's PEM file. */
function caFolder(caPem: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'salesforce-org-'));
  chmodSync(folder, 0o700);
  writeFileSync(join(folder, 'ca.pem'), caPem, { mode: 0o600 });
  return folder;
}

function connectionLine(org: SalesforceOrg, folder: string | undefined): object {
  const { url, apiBase, soapLogin, tokenUrl, username, password, securityToken, clientId, clientSecret, refreshToken } =
    org;
  const where = {
    url,
    apiBase,
    soapLogin,
    tokenUrl,
    username,
    password,
    securityToken,
    clientId,
    clientSecret,
    refreshToken,
  };
  return folder === undefined ? where : { ...where, caFile: join(folder, 'ca.pem') };
}
