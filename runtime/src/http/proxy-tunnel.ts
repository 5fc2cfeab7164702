import * as http from 'node:http';
import * as https from 'node:https';
import type { Socket } from 'node:net';

/** A proxy that was reached and would not connect. */
export class ProxyRefusal extends Error {
  readonly code = 'PROXY_REFUSED';

  constructor(
    readonly proxyHost: string,
    readonly status: number,
  ) {
    super(`the proxy ${proxyHost} answered ${status}`);
  }
}

/** A loss on the way to the proxy, or a proxy that keeps silent. */
export class ProxyLost extends Error {
  readonly code = 'PROXY_LOST';

  constructor(
    readonly proxyHost: string,
    cause: unknown,
  ) {
    super(`the proxy ${proxyHost} could not be reached`, { cause });
  }
}

/** A socket through the proxy to a host, by CONNECT (RFC 9110, section 9.3.6). */
export function openTunnel(
  proxy: URL,
  hostname: string,
  port: number,
  options: { readonly timeoutMs: number; readonly ca: string[] | undefined },
): Promise<Socket> {
  const target = `${hostname}:${port}`;
  return new Promise((resolve, reject) => {
    const request = (proxy.protocol === 'https:' ? https : http).request({
      host: proxy.hostname.replace(/^\[|\]$/g, ''),
      port: proxy.port || (proxy.protocol === 'https:' ? 443 : 80),
      method: 'CONNECT',
      path: target,
      agent: false,
      headers: { host: target, ...proxyAuthorization(proxy) },
      rejectUnauthorized: true,
      minVersion: 'TLSv1.2',
      ...(options.ca && { ca: options.ca }),
    });
    const timer = setTimeout(() => request.destroy(new Error('the proxy kept silent')), options.timeoutMs);
    request.once('connect', (answer, socket: Socket, rest: Buffer) => {
      clearTimeout(timer);
      if (answer.statusCode === 200) {
        if (rest.length > 0) socket.unshift(rest);
        resolve(socket);
      } else {
        socket.destroy();
        reject(new ProxyRefusal(proxy.host, answer.statusCode ?? 0));
      }
    });
    request.once('error', (error) => {
      clearTimeout(timer);
      reject(new ProxyLost(proxy.host, error));
    });
    request.end();
  });
}

function proxyAuthorization(proxy: URL): Record<string, string> {
  if (proxy.username === '') return {};
  const credentials = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(credentials).toString('base64')}` };
}
