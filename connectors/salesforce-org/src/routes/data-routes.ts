import { type Answer, errorAnswer, type OrgRequest } from '../exchange.js';
import type { Org } from '../org.js';
import type { RequestKind } from '../request-log.js';
import { notFound, refusal, ServiceError } from '../service-error.js';
import { runBatch } from './batch.js';
import { INGEST_ROUTES } from './bulk-ingest.js';
import { QUERY_JOB_ROUTES } from './bulk-query.js';
import { retrieveCollection } from './collection-retrieve.js';
import { createCollection, deleteCollection, updateCollection, upsertCollection } from './collections.js';
import { insertWithoutKey, removeByKey, retrieveByKey, upsertByKey } from './external-ids.js';
import { basicInformation, describeObject, listObjects } from './objects.js';
import { nextPage, runQuery } from './query.js';
import { changeRecord, createRecord, removeRecord, retrieveRecord } from './records.js';
import { RESOURCE_ROUTES } from './resources.js';
import { checkParameters, type Method, matchRoute, methodOf, type Route } from './route.js';
import { createTree } from './tree.js';

const FIELDS = ['fields'];

/** Every resource below `/services/data/vNN.N`. */
const DATA_ROUTES: readonly Route[] = [
  ...RESOURCE_ROUTES,
  ...INGEST_ROUTES,
  ...QUERY_JOB_ROUTES,
  { pattern: 'sobjects', methods: { GET: { kind: 'objects', run: listObjects } } },
  {
    pattern: 'sobjects/:object',
    methods: { GET: { kind: 'basic', run: basicInformation }, POST: { kind: 'create', run: createRecord } },
  },
  { pattern: 'sobjects/:object/describe', methods: { GET: { kind: 'describe', run: describeObject } } },
  {
    pattern: 'sobjects/:object/:id',
    methods: {
      GET: { kind: 'retrieve', parameters: FIELDS, run: retrieveRecord },
      PATCH: { kind: 'update', run: changeRecord },
      DELETE: { kind: 'delete', run: removeRecord },
      POST: { kind: 'upsert', run: insertWithoutKey },
    },
  },
  {
    pattern: 'sobjects/:object/:field/:value',
    methods: {
      GET: { kind: 'retrieve', parameters: FIELDS, run: retrieveByKey },
      PATCH: { kind: 'upsert', parameters: ['updateOnly'], run: upsertByKey },
      DELETE: { kind: 'delete', run: removeByKey },
    },
  },
  {
    pattern: 'query',
    methods: { GET: { kind: 'query', parameters: ['q'], run: (org, request) => runQuery(org, request, false) } },
  },
  {
    pattern: 'queryAll',
    methods: { GET: { kind: 'query', parameters: ['q'], run: (org, request) => runQuery(org, request, true) } },
  },
  { pattern: 'query/:cursor', methods: { GET: { kind: 'nextPage', run: nextPage } } },
  {
    pattern: 'composite/batch',
    methods: { POST: { kind: 'batch', run: (org, request) => runBatch(request, (one) => answerInSession(org, one)) } },
  },
  {
    pattern: 'composite/sobjects',
    methods: {
      POST: { kind: 'createCollection', run: createCollection },
      PATCH: { kind: 'updateCollection', run: updateCollection },
      DELETE: { kind: 'deleteCollection', parameters: ['ids', 'allOrNone'], run: deleteCollection },
    },
  },
  {
    pattern: 'composite/sobjects/:object',
    methods: {
      GET: { kind: 'retrieveCollection', parameters: ['ids', 'fields'], run: retrieveCollection },
      POST: { kind: 'retrieveCollection', run: retrieveCollection },
    },
  },
  {
    pattern: 'composite/sobjects/:object/:field',
    methods: { PATCH: { kind: 'upsertCollection', run: upsertCollection } },
  },
  { pattern: 'composite/tree/:object', methods: { POST: { kind: 'tree', run: createTree } } },
];

const LAST_RETIRED_VERSION = 30;

/** What a request below `/services/data/` is for. */
export function dataRequestKind(method: string, segments: readonly string[]): RequestKind {
  const matched = matchRoute(DATA_ROUTES, segments.slice(3));
  return (matched && methodOf(matched.route, method)?.kind) ?? 'other';
}

/** Answers a request below `/services/data/vNN.N`: the session first, then the limit, version, path and method, then the resource. */
export async function answerDataRequest(org: Org, request: OrgRequest): Promise<Answer> {
  try {
    checkSession(org, request.headers.authorization);
  } catch (error) {
    return answerOfError(request, error);
  }
  const answer = await answerInSession(org, request);
  const usage = { 'Sforce-Limit-Info': `api-usage=${org.apiUsage}/${org.settings.apiLimit}` };
  return { ...answer, headers: { ...usage, ...answer.headers } };
}

async function answerInSession(org: Org, request: OrgRequest): Promise<Answer> {
  try {
    if (org.apiUsage >= org.settings.apiLimit)
      throw refusal(403, 'REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.');
    org.apiUsage++;
    const [, , label = '', ...segments] = request.segments;
    checkVersion(org, label);
    const matched = matchRoute(DATA_ROUTES, segments);
    if (matched === undefined) throw notFound();
    const method = methodOf(matched.route, request.method);
    if (method === undefined) throw methodNotAllowed(request.method, matched.route);
    checkParameters(method, request.query);
    return await run(method, org, {
      ...request,
      root: `/services/data/${label}`,
      version: Number(label.slice(1)),
      params: matched.params,
    });
  } catch (error) {
    return answerOfError(request, error);
  }
}

const run = (method: Method, ...args: Parameters<Method['run']>): Answer | Promise<Answer> => method.run(...args);

function answerOfError(request: OrgRequest, error: unknown): Answer {
  if (error instanceof ServiceError) return errorAnswer(request.format, error);
  throw error;
}

function checkSession(org: Org, authorization: string | undefined): void {
  const [, token] = /^(?:Bearer|OAuth)\s+(\S+)\s*$/i.exec(authorization ?? '') ?? [];
  if (token === undefined) throw refusal(401, 'INVALID_AUTH_HEADER', 'INVALID_HEADER_TYPE');
  const reach = org.sessions.use(token);
  if (reach === undefined) {
    const problem = { message: 'Session expired or invalid', errorCode: 'INVALID_SESSION_ID' };
    throw new ServiceError(401, [problem], { 'WWW-Authenticate': 'Token' });
  }
  if (reach === 'passwordChange') {
    const message =
      'The users password has expired, you must call SetPassword before attempting any other API operations';
    throw refusal(403, 'INVALID_OPERATION_WITH_EXPIRED_PASSWORD', message);
  }
}

function checkVersion(org: Org, label: string): void {
  const version = /^v(\d+\.\d)$/.exec(label)?.[1];
  if (version !== undefined && org.settings.versions.includes(version)) return;
  if (version !== undefined && Number(version) <= LAST_RETIRED_VERSION) {
    throw refusal(
      410,
      'UNSUPPORTED_API_VERSION',
      `The requested resource no longer exists: API version ${version} is retired`,
    );
  }
  throw notFound();
}

function methodNotAllowed(method: string, route: Route): ServiceError {
  const allowed = Object.keys(route.methods)
    .flatMap((name) => (name === 'GET' ? ['HEAD', 'GET'] : [name]))
    .join(',');
  return new ServiceError(
    405,
    [{ message: `HTTP Method '${method}' not allowed. Allowed are ${allowed}`, errorCode: 'METHOD_NOT_ALLOWED' }],
    { Allow: allowed },
  );
}
