import { ConnectorError } from '@connector-runtime/core';
import type { HttpSettings, ProxyEnvironment } from './http-transport.js';
import { isLoopback } from './loopback.js';

/** Which proxy a host is reached by: the settings' own, else the environment's. Loopback addresses are always reached directly. */
export class ProxyRule {
  // A true private field: the address may hold a password.
  readonly #proxy: URL | undefined;
  private readonly exceptions: readonly string[];

  constructor(settings: HttpSettings) {
    const address = settings.proxy ?? settings.environment?.proxy;
    this.#proxy = address ? proxyAddress(address) : undefined;
    this.exceptions = (settings.noProxy ?? settings.environment?.noProxy ?? '')
      .toLowerCase()
      .split(/[\s,]+/)
      .filter((entry) => entry !== '');
  }

  proxyFor(protocol: string, hostname: string, port: number): URL | undefined {
    if (this.#proxy === undefined || protocol !== 'https:' || isLoopback(hostname)) return undefined;
    return this.exceptions.some((entry) => matches(entry, hostname.toLowerCase(), port)) ? undefined : this.#proxy;
  }
}

/** What the environment says of proxies; nothing else of it is kept. */
export function proxyEnvironment(environment: Readonly<Record<string, string | undefined>>): ProxyEnvironment {
  const named = (...names: string[]) => names.map((name) => environment[name]).find((value) => value);
  const proxy = named('https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY');
  const noProxy = named('no_proxy', 'NO_PROXY');
  return { ...(proxy === undefined ? {} : { proxy }), ...(noProxy === undefined ? {} : { noProxy }) };
}

/** `example.org` and `.example.org` stand for the host and all below it, `*` for all. */
function matches(entry: string, hostname: string, port: number): boolean {
  if (entry === '*') return true;
  const [, host = entry, entryPort] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? [];
  if (entryPort !== undefined && Number(entryPort) !== port) return false;
  const suffix = host.replace(/^\*?\./, '');
  return hostname === suffix || hostname.endsWith(`.${suffix}`);
}

function proxyAddress(text: string): URL {
  const full = text.includes('://') ? text : `http://${text}`;
  const address = URL.canParse(full) ? new URL(full) : undefined;
  if (address === undefined || !/^https?:$/.test(address.protocol) || address.hostname === '') {
    // The address is not repeated: it may hold a password.
    throw new ConnectorError({
      category: 'config',
      code: 'PROXY_INVALID',
      message: 'the proxy must be an http:// or https:// address such as http://proxy.example:3128',
      effect: 'none',
      retryable: false,
    });
  }
  return address;
}
