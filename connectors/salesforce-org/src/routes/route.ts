import type { Answer, OrgRequest } from '../exchange.js';
import type { Org } from '../org.js';
import type { RequestKind } from '../request-log.js';
import { refusal } from '../service-error.js';

/** A request below `/services/data/vNN.N`, its session and version checked. */
export interface DataRequest extends OrgRequest {
  /** `/services/data/vNN.N` */
  readonly root: string;
  /** Such as 64. */
  readonly version: number;
  /** What the `:names` of the route's pattern stand for. */
  readonly params: Readonly<Record<string, string>>;
}

/** One method of a resource. */
export interface Method {
  readonly kind: RequestKind;
  /** Names of the query parameters that it evaluates; none where absent. */
  readonly parameters?: readonly string[];
  run(org: Org, request: DataRequest): Answer | Promise<Answer>;
}

/** A resource below `/services/data/vNN.N`. `:name` in its pattern stands for any segment. */
export interface Route {
  readonly pattern: string;
  readonly methods: Readonly<Partial<Record<'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', Method>>>;
}

export interface MatchedRoute {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

/** The first route whose pattern fits the segments. */
export function matchRoute(routes: readonly Route[], segments: readonly string[]): MatchedRoute | undefined {
  for (const route of routes) {
    const params = parametersOf(route.pattern, segments);
    if (params !== undefined) return { route, params };
  }
  return undefined;
}

/** The method of a route; HEAD works where GET does. */
export function methodOf(route: Route, name: string): Method | undefined {
  const wanted = name === 'HEAD' ? 'GET' : name;
  return wanted === 'GET' || wanted === 'POST' || wanted === 'PUT' || wanted === 'PATCH' || wanted === 'DELETE'
    ? route.methods[wanted]
    : undefined;
}

/** Refuses what a request asks for beside what is evaluated: silence would read as consent. `_HttpMethod` was evaluated before. */
export function checkParameters({ parameters = [] }: Method, query: URLSearchParams): void {
  for (const name of query.keys())
    if (name !== '_HttpMethod' && !parameters.includes(name))
      throw refusal(400, 'INVALID_INPUT', `this org does not evaluate the query parameter ${name} here`);
}

function parametersOf(pattern: string, segments: readonly string[]): Record<string, string> | undefined {
  const parts = pattern === '' ? [] : pattern.split('/');
  if (parts.length !== segments.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of parts.entries()) {
    const segment = segments[index] ?? '';
    if (part.startsWith(':')) params[part.slice(1)] = segment;
    else if (part !== segment) return undefined;
  }
  return params;
}
