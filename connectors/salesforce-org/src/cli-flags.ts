import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { SalesforceOrgOptions } from './options.js';

export const USAGE = `salesforce-org: a Salesforce org in a process, on loopback

  --port N       port on 127.0.0.1 (0: a free one)
  --seed N       decides the records (1)
  --accounts N   how many accounts (200)
  --tls          HTTPS; the certificate authority to trust is in "caFile"
  --ledger FILE  append every applied write to FILE, as NDJSON
  --store FILE   keep records in FILE: the next start goes on from there
  --describes PATH  object types of describes: a JSON file or a folder of them; may be repeated
  --jwt-certificate FILE  certificate or public key (PEM) that JWT bearer logins are checked with
  --api-limit N  API calls a day (15000000)
  --help

The first line on stdout is JSON: addresses and credentials. Ctrl-C stops.
`;

/** What the command line asks for; `help` where it asks for that. Throws an `Error` with a text for people on a wrong flag. */
export function parseFlags(args: readonly string[]): SalesforceOrgOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: 'string' },
      seed: { type: 'string' },
      accounts: { type: 'string' },
      tls: { type: 'boolean' },
      ledger: { type: 'string' },
      store: { type: 'string' },
      describes: { type: 'string', multiple: true },
      'jwt-certificate': { type: 'string' },
      'api-limit': { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help === true) return 'help';
  return {
    port: whole('--port', values.port ?? '0', 0, 65_535),
    seed: whole('--seed', values.seed ?? '1', 0, 0xffff_ffff),
    accounts: whole('--accounts', values.accounts ?? '200', 1, 100_000_000),
    tls: values.tls ?? false,
    ...(values.ledger !== undefined && { ledgerFile: values.ledger }),
    ...(values.store !== undefined && { store: values.store }),
    ...(values['jwt-certificate'] !== undefined && { jwtCertificate: pem(values['jwt-certificate']) }),
    ...(values['api-limit'] !== undefined && {
      apiLimit: whole('--api-limit', values['api-limit'], 0, 1_000_000_000),
    }),
    ...(values.describes !== undefined && { describes: values.describes }),
  };
}

function pem(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`--jwt-certificate ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function whole(flag: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most)
    throw new Error(`${flag} must be a whole number from ${least} to ${most}, got ${text}`);
  return value;
}
