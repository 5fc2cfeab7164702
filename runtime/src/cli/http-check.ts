import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createSecureContext } from 'node:tls';
import type { Json } from '@connector-runtime/core';
import type { HttpComponent } from '../components/component-file.js';
import { ProxyRule } from '../http/proxy-rule.js';
import type { Findings } from './findings.js';

/** What can be seen of `http` without a connection: files that are no PEM, a proxy that is none. */
export async function checkHttp(http: Readonly<Record<string, Json>>, folder: string, found: Findings): Promise<void> {
  const { proxy, caFile, certFile, keyFile } = http as HttpComponent;
  if (typeof proxy === 'string') await found.attempt('/http/proxy', () => new ProxyRule({ proxy }));
  const contentOf = async (name: string, file: Json | undefined, holds: RegExp, what: string) => {
    if (typeof file !== 'string') return undefined;
    const content = await readFile(path.resolve(folder, file), 'utf8').catch((error: NodeJS.ErrnoException) => {
      found.fault('CONFIG_INVALID', `/http/${name}`, `${file} cannot be read (${error.code ?? 'unknown reason'})`);
    });
    if (content === undefined || holds.test(content)) return content;
    found.fault('CONFIG_INVALID', `/http/${name}`, `${file} holds no PEM ${what}`);
    return undefined;
  };
  await contentOf('caFile', caFile, CERTIFICATE, 'certificate');
  const cert = await contentOf('certFile', certFile, CERTIFICATE, 'certificate');
  const key = await contentOf('keyFile', keyFile, PRIVATE_KEY, 'private key');
  if (cert === undefined || key === undefined) return;
  try {
    createSecureContext({ cert, key });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    found.fault('CONFIG_INVALID', '/http/keyFile', `is no key of certFile (${code ?? 'it cannot be read'})`);
  }
}

const CERTIFICATE = /-----BEGIN (TRUSTED |X509 )?CERTIFICATE-----/;
const PRIVATE_KEY = /-----BEGIN ([A-Z]+ )?PRIVATE KEY-----/;
