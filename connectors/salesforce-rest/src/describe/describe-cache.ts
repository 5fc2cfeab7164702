import {
  CACHE,
  type Cache,
  type CallContext,
  ConnectorError,
  inject,
  injectable,
  isConnectorError,
} from '@connector-runtime/core';
import { describePath, OBJECTS_PATH } from '../transport/endpoints.js';
import { withStep } from '../transport/refusals.js';
import { SalesforceTransport } from '../transport/salesforce-transport.js';
import { SESSION_SOURCE, type SessionSource } from '../transport/session-source.js';
import { SingleFlight } from '../transport/single-flight.js';
import { parseDescribe, parseObjectList, type SObjectDescribe, type SObjectEntry } from './sobject-describe.js';
import { suggestion } from './suggestion.js';

const TTL_MS = 10 * 60_000;
/** So long an object type that the user cannot see is not asked for again by who goes on without it. */
const HIDDEN_MS = 60_000;
/** So long one fetch answers several questions of a person about an object type. */
const SHARED_MS = 10_000;
/** Object types whose describe is held for that. */
const MAX_SHARED = 4;

/** A describe that was fetched for a person, and what it has answered. */
interface SharedDescribe {
  readonly describe: SObjectDescribe;
  readonly fetchedAtEpochMs: number;
  readonly answered: Set<string>;
}

/**
 * Describes of the connection's object types: each fetched once for all who ask at the same time, and kept for ten minutes, apart by user and API version.
 * `null` is kept in the place of one that the user cannot see.
 */
@injectable()
export class DescribeCache {
  private readonly flights = new SingleFlight<SObjectDescribe>();
  private readonly shared = new Map<string, SharedDescribe>();

  constructor(
    @inject(CACHE) private readonly cache: Cache,
    @inject(SalesforceTransport) private readonly transport: SalesforceTransport,
    @inject(SESSION_SOURCE) private readonly sessions: SessionSource,
  ) {}

  /** The describe of an object type, its name in any case. Unknown: `notFound`, naming the nearest known one. */
  async describe(objectType: string, context: CallContext): Promise<SObjectDescribe> {
    const key = await this.keyOf(objectType, context);
    const looked = this.shared.get(key);
    if (looked !== undefined && ageOf(looked, context) < TTL_MS) return looked.describe;
    const kept = await this.cache.get(key);
    return kept === undefined || kept === null
      ? this.known(objectType, this.fetchAndKeep(key, objectType, context), context)
      : (kept as SObjectDescribe);
  }

  /** The describes of those of the object types that the user can see, in their order. That one is hidden is remembered for a minute. */
  async describeVisible(objectTypes: readonly string[], context: CallContext): Promise<readonly SObjectDescribe[]> {
    const found = await Promise.all(objectTypes.map((objectType) => this.describeIfVisible(objectType, context)));
    return found.filter((describe) => describe !== null);
  }

  /** Drops what is kept of an object type: who asks next has it fetched. */
  async forget(objectType: string, context: CallContext): Promise<void> {
    const key = await this.keyOf(objectType, context);
    this.shared.delete(key);
    await this.cache.set(key, null, 0);
  }

  /**
   * A describe for a person to look at: fetched now, or at most ten seconds ago for another `question` about the object type (its schema in the other format).
   * A question that is asked again, as after a change in the organisation, is answered afresh. What was kept before is dropped, and the new one not written into the cache:
   * a person looks at many object types, and runs few.
   */
  async describeAfresh(objectType: string, question: string, context: CallContext): Promise<SObjectDescribe> {
    const key = await this.keyOf(objectType, context);
    const before = this.shared.get(key);
    if (before !== undefined && ageOf(before, context) < SHARED_MS && !before.answered.has(question)) {
      before.answered.add(question);
      return before.describe;
    }
    const fetchedAtEpochMs = context.clock.now();
    const describe = await this.known(objectType, this.fetchOnce(key, objectType, context), context);
    await this.cache.set(key, null, 0);
    // Who waited for the same fetch shares what it has answered.
    const other = this.shared.get(key);
    if (other?.describe === describe) other.answered.add(question);
    else this.share(key, { describe, fetchedAtEpochMs, answered: new Set([question]) });
    return describe;
  }

  /** The object types of the organisation that the user can see. */
  async objectTypes(context: CallContext): Promise<readonly SObjectEntry[]> {
    const step = 'list SObjects';
    try {
      return parseObjectList(await this.transport.getJson(OBJECTS_PATH, step, context));
    } catch (error) {
      throw withStep(error, step);
    }
  }

  private share(key: string, shared: SharedDescribe): void {
    this.shared.delete(key);
    this.shared.set(key, shared);
    for (const oldest of this.shared.keys()) {
      if (this.shared.size <= MAX_SHARED) break;
      this.shared.delete(oldest);
    }
  }

  private async keyOf(objectType: string, context: CallContext): Promise<string> {
    const { user, origin, apiPath } = await this.sessions.current(context);
    return `describe ${origin}${apiPath} ${user} ${objectType.toLowerCase()}`;
  }

  private async describeIfVisible(objectType: string, context: CallContext): Promise<SObjectDescribe | null> {
    const key = await this.keyOf(objectType, context);
    const kept = await this.cache.get(key);
    if (kept !== undefined) return kept as SObjectDescribe | null;
    try {
      return await this.fetchAndKeep(key, objectType, context);
    } catch (error) {
      if (isNotFound(error)) return null;
      throw error;
    }
  }

  /** The describe that is being fetched; where there is none, the error names the nearest object type. */
  private async known(
    objectType: string,
    fetched: Promise<SObjectDescribe>,
    context: CallContext,
  ): Promise<SObjectDescribe> {
    try {
      return await fetched;
    } catch (error) {
      if (!isNotFound(error)) throw error;
      const known = (await this.objectTypes(context)).map(({ name }) => name);
      throw new ConnectorError(
        {
          ...error.info,
          code: 'OBJECT_TYPE_UNKNOWN',
          message: `${objectType} is no object type that this user can see${suggestion(objectType, known)}`,
        },
        { cause: error },
      );
    }
  }

  private async fetchAndKeep(key: string, objectType: string, context: CallContext): Promise<SObjectDescribe> {
    const describe = await this.fetchOnce(key, objectType, context);
    await this.cache.set(key, describe, TTL_MS);
    return describe;
  }

  private fetchOnce(key: string, objectType: string, context: CallContext): Promise<SObjectDescribe> {
    return this.flights.run(key, context, (own) => this.fetch(key, objectType, own));
  }

  private async fetch(key: string, objectType: string, context: CallContext): Promise<SObjectDescribe> {
    const step = `describe ${objectType} fields`;
    try {
      return parseDescribe(await this.transport.getJson(describePath(objectType), step, context));
    } catch (error) {
      if (isNotFound(error)) await this.cache.set(key, null, HIDDEN_MS);
      throw withStep(error, step);
    }
  }
}

/** Milliseconds; endless where the clock was set back. */
function ageOf({ fetchedAtEpochMs }: SharedDescribe, { clock }: CallContext): number {
  const ageMs = clock.now() - fetchedAtEpochMs;
  return ageMs < 0 ? Number.POSITIVE_INFINITY : ageMs;
}

function isNotFound(error: unknown): error is ConnectorError {
  return isConnectorError(error) && error.info.category === 'notFound';
}
