import { type Answer, errorAnswer, type OrgRequest } from '../exchange.js';
import type { Org } from '../org.js';
import type { RequestKind } from '../request-log.js';
import { notFound } from '../service-error.js';
import { answerAuthorize } from './authorize.js';
import { answerControl } from './controls.js';
import { answerDataRequest, dataRequestKind } from './data-routes.js';
import { answerIdentity } from './identity.js';
import { answerRevoke, answerToken } from './oauth.js';
import { answerSoap } from './soap.js';
import { listVersions } from './versions.js';

/** What a request is for, and who answers it. */
export interface Destination {
  readonly kind: RequestKind | 'control';
  answer(org: Org, request: OrgRequest): Answer | Promise<Answer>;
}

/** Finds out what a request is for, from its method, path and (SOAP) body. */
export function destinationOf(method: string, segments: readonly string[], body: Buffer): Destination {
  if (segments[0] === '__org') return { kind: 'control', answer: answerControl };
  const path = segments.slice(0, 3).join('/');
  if (path === 'services/oauth2/token' && method === 'POST') return { kind: 'token', answer: answerToken };
  if (path === 'services/oauth2/authorize' && method === 'GET') return { kind: 'authorize', answer: answerAuthorize };
  if (path === 'services/oauth2/revoke') return { kind: 'revoke', answer: answerRevoke };
  if (path === 'services/oauth2/userinfo') return { kind: 'userinfo', answer: answerIdentity };
  if (path === 'services/data') return { kind: 'versions', answer: listVersions };
  if (path.startsWith('services/data/')) return { kind: dataRequestKind(method, segments), answer: answerDataRequest };
  if (path.startsWith('services/Soap/') && method === 'POST')
    return { kind: /<(?:\w+:)?logout\b/.test(body.toString('latin1')) ? 'logout' : 'login', answer: answerSoap };
  if (segments[0] === 'id') return { kind: 'identity', answer: answerIdentity };
  return { kind: 'other', answer: (_org, { format }) => errorAnswer(format, notFound()) };
}
