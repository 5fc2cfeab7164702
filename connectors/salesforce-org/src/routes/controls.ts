import { type Answer, answerOf, type OrgRequest } from '../exchange.js';
import type { FaultSpec } from '../faults.js';
import { isObject } from '../formats/record-input.js';
import type { Org } from '../org.js';

/** Everything under `/__org/`: what tests and demos steer and read from outside. Not part of the service; no session, JSON only. */
export function answerControl(org: Org, { method, segments, body }: OrgRequest): Answer {
  const [, resource, id, verb] = segments;
  const done = (value: unknown, status = 200): Answer => answerOf('json', status, '', value);
  switch (`${method} ${resource}`) {
    case 'GET ledger': {
      const { entries, counts, logins, requests, rowsServed } = org.ledger;
      return done({ logins, requests, rowsServed, counts, entries });
    }
    case 'GET requests':
      return done({ total: org.requests.total, counts: org.requests.counts(), entries: org.requests.entries });
    case 'GET bulk':
      return done({ jobs: org.bulkJobs.jobs });
    case 'POST bulk':
      return planBulk(org, body);
    case 'POST faults':
      return id === undefined ? plant(org, body) : steer(org, Number(id), verb);
    case 'DELETE faults':
      org.faults.remove(id === undefined ? undefined : org.faults.find(Number(id)));
      return { status: 204 };
    case 'POST locks': {
      const spec = jsonOf(body);
      if (!isObject(spec)) return done({ error: 'a lock is a JSON object' }, 400);
      return done({ id: org.locks.add(spec).id }, 201);
    }
    case 'DELETE locks':
      org.locks.remove(id === undefined ? undefined : org.locks.find(Number(id)));
      return { status: 204 };
    case 'POST expire-sessions':
      org.sessions.closeAll();
      return { status: 204 };
    default:
      return done({ error: `no control ${method} /__org/${resource ?? ''}` }, 404);
  }
}

/** A plan for the jobs to come; `{"release":true}` lets those that there are end. */
function planBulk(org: Org, body: Buffer): Answer {
  const plan = jsonOf(body);
  if (!isObject(plan)) return answerOf('json', 400, '', { error: 'a plan for bulk jobs is a JSON object' });
  if ('release' in plan) org.bulkJobs.release();
  else org.bulkJobs.plan = { ...plan, ...(plan['polls'] === -1 && { polls: Number.POSITIVE_INFINITY }) };
  return { status: 204 };
}

function plant(org: Org, body: Buffer): Answer {
  const spec = jsonOf(body);
  if (!isFaultSpec(spec)) return answerOf('json', 400, '', { error: 'a fault is a JSON object with an "action"' });
  return answerOf('json', 201, '', { id: org.faults.add(spec).id });
}

function steer(org: Org, id: number, verb: string | undefined): Answer {
  const fault = org.faults.find(id);
  if (fault === undefined || verb !== 'release')
    return answerOf('json', 404, '', { error: `no fault ${id} to ${verb ?? 'steer'}` });
  fault.release();
  return { status: 204 };
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

function isFaultSpec(spec: unknown): spec is FaultSpec {
  return isObject(spec) && typeof spec['action'] === 'string';
}
