import { ConnectorError } from '@connector-runtime/core';
import type { HttpSettings } from './http-transport.js';
import { isLoopback } from './loopback.js';

/** Which proxy a host is reached by: the settings' own, else the environment's. Loopback addresses are always reached directly. */
export class ProxyRule {
  private readonly proxy: URL | undefined;
  private readonly exceptions: readonly string[];

  constructor(settings: HttpSettings) {
    const environment = settings.environment ?? {};
    const named = (...names: string[]) => names.map((name) => environment[name]).find((value) => value);
    const address = settings.proxy ?? named('https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY');
    this.proxy = address ? proxyAddress(address) : undefined;
    this.exceptions = (settings.noProxy ?? named('no_proxy', 'NO_PROXY') ?? '')
      .toLowerCase()
      .split(/[\s,]+/)
      .filter((entry) => entry !== '');
  }

  proxyFor(protocol: string, hostname: string, port: number): URL | undefined {
    if (this.proxy === undefined || protocol !== 'https:' || isLoopback(hostname)) return undefined;
    return this.exceptions.some((entry) => matches(entry, hostname.toLowerCase(), port)) ? undefined : this.proxy;
  }
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
