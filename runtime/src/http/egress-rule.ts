import { ConnectorError, type Properties } from '@connector-runtime/core';
import { isLoopback } from './loopback.js';
import { shownUrl } from './shown-url.js';

/** Which origins a connection may send requests to: https, or plain http to a loopback address, and one of the manifest's `egress`. */
export class EgressRule {
  private readonly origins = new Set<string>();
  private readonly suffixes: { readonly suffix: string; readonly port: string }[] = [];

  /** Patterns as the manifest states them; `properties` are the connection's. A pattern that is none: `EGRESS_PATTERN_INVALID` (`contract`). */
  constructor(patterns: readonly string[], properties: Properties) {
    for (const pattern of patterns) {
      const pointer = /^\{(\/.*)\}$/.exec(pattern)?.[1];
      if (pointer === undefined) this.addPattern(pattern);
      else {
        const value = valueAt(properties, pointer);
        if (typeof value === 'string' && URL.canParse(value)) this.origins.add(new URL(value).origin);
      }
    }
  }

  /** The address, parsed; where it is not permitted throws `EGRESS_REFUSED` (`config`, effect `none`). */
  check(url: string): URL {
    const parsed = URL.canParse(url) ? new URL(url) : undefined;
    if (parsed === undefined) throw refused('an address that is no absolute URL', 'must be one');
    const why = this.objection(parsed);
    if (why !== undefined) throw refused(shownUrl(parsed), why);
    return parsed;
  }

  private objection(url: URL): string | undefined {
    if (url.username !== '' || url.password !== '') return 'must hold no user name or password';
    if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname))) {
      return 'must be https:// (http:// only to a loopback address)';
    }
    if (this.origins.has(url.origin)) return undefined;
    const matches = this.suffixes.some(({ suffix, port }) => url.port === port && isBelow(url.hostname, suffix));
    return matches ? undefined : "is none of the origins in the plugin's egress list";
  }

  private addPattern(pattern: string): void {
    const [, suffix, port = ''] = /^https:\/\/\*(\.[a-z0-9-]+(?:\.[a-z0-9-]+)*)(?::(\d+))?$/.exec(pattern) ?? [];
    if (suffix !== undefined) this.suffixes.push({ suffix, port: port === '443' ? '' : port });
    else if (!pattern.includes('*') && URL.canParse(pattern) && /^https?:\/\/[^/?#@]+$/.test(pattern)) {
      this.origins.add(new URL(pattern).origin);
    } else {
      throw new ConnectorError({
        category: 'contract',
        code: 'EGRESS_PATTERN_INVALID',
        message: `egress pattern "${pattern}" must be an origin ("https://api.example.com"), "https://*.example.com" or "{/property}"`,
        effect: 'none',
        retryable: false,
      });
    }
  }
}

/** One or more labels before the suffix, none of them empty; a trailing dot is a label too many. */
function isBelow(hostname: string, suffix: string): boolean {
  if (!hostname.endsWith(suffix)) return false;
  return hostname
    .slice(0, -suffix.length)
    .split('.')
    .every((label) => label !== '');
}

function valueAt(properties: Properties, pointer: string): unknown {
  let value: unknown = properties;
  for (const part of pointer.slice(1).split('/')) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

function refused(what: string, why: string): ConnectorError {
  return new ConnectorError({
    category: 'config',
    code: 'EGRESS_REFUSED',
    message: `nothing was sent to ${what}: it ${why}`,
    effect: 'none',
    retryable: false,
  });
}
