import { type Answer, answerOf, type OrgRequest } from '../exchange.js';
import type { Org } from '../org.js';

/** `GET /id/{org}/{user}` and `GET /services/oauth2/userinfo`: who the session belongs to. */
export function answerIdentity(org: Org, request: OrgRequest): Answer {
  const [, token = ''] = /^(?:Bearer|OAuth)\s+(\S+)\s*$/i.exec(request.headers.authorization ?? '') ?? [];
  const isIdentity = request.segments[0] === 'id';
  if (org.sessions.use(token) === undefined)
    return { status: 403, contentType: 'text/plain;charset=UTF-8', body: 'Bad_OAuth_Token' };
  const { origin, format } = request;
  if (isIdentity && (request.segments[1] !== org.organizationId || request.segments[2] !== org.userId)) {
    return { status: 403, contentType: 'text/plain;charset=UTF-8', body: 'Wrong_Org' };
  }
  const { username } = org.settings;
  const id = `${origin}/id/${org.organizationId}/${org.userId}`;
  const data = `${origin}/services/data/v{version}`;
  const soap = (kind: string) => `${origin}/services/Soap/${kind}/{version}/${org.organizationId.slice(0, 15)}`;
  return answerOf(format, 200, 'user', {
    ...(isIdentity ? { id } : { sub: id }),
    asserted_user: true,
    user_id: org.userId,
    organization_id: org.organizationId,
    username,
    ...(isIdentity ? {} : { preferred_username: username, name: 'Loopback Admin' }),
    nick_name: 'admin',
    display_name: 'Loopback Admin',
    email: username,
    email_verified: true,
    first_name: 'Loopback',
    last_name: 'Admin',
    timezone: 'GMT',
    active: true,
    user_type: 'STANDARD',
    language: 'en_US',
    locale: 'en_US',
    utcOffset: 0,
    urls: {
      enterprise: soap('c'),
      metadata: soap('m'),
      partner: soap('u'),
      rest: `${data}/`,
      sobjects: `${data}/sobjects/`,
      search: `${data}/search/`,
      query: `${data}/query/`,
      recent: `${data}/recent/`,
      profile: `${origin}/${org.userId}`,
      custom_domain: origin,
    },
  });
}
