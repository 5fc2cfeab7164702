import {
  type CallContext,
  ConnectorError,
  type ErrorInfo,
  type ExecutionContext,
  inject,
  injectable,
  isConnectorError,
  type OperationEvent,
} from '@connector-runtime/core';
import { DescribeCache } from '../describe/describe-cache.js';
import type { SObjectDescribe } from '../describe/sobject-describe.js';
import { unknownColumn } from '../transport/error-answer.js';
import { configError } from '../transport/refusals.js';
import { checkConfiguredHeaders, type HeaderProperties } from './document-headers.js';

/** What an operation does to records, by the flag of the describe that allows it. */
type Ability = 'queryable' | 'createable' | 'updateable' | 'deletable';

const VERBS: Readonly<Record<Ability, string>> = {
  queryable: 'queried',
  createable: 'created',
  updateable: 'updated',
  deletable: 'deleted',
};

/** By the id of an operation, or by what a bulk job is told to do. */
const ABILITIES: Readonly<Record<string, Ability>> = {
  query: 'queryable',
  create: 'createable',
  createTree: 'createable',
  insert: 'createable',
  update: 'updateable',
  upsert: 'updateable',
  delete: 'deletable',
  hardDelete: 'deletable',
};

function abilityOf(operation: string): Ability {
  const ability = ABILITIES[operation];
  if (ability === undefined) throw new TypeError(`${operation} is no operation on records`);
  return ability;
}

/** By these the service says that it knows an object type otherwise than its describe. */
const OUTDATED_CODES = new Set(['INVALID_FIELD', 'INVALID_FIELD_FOR_INSERT_UPDATE', 'INVALID_TYPE']);

/** A job that failed says it in words alone. */
const OUTDATED_JOB = /\bInvalidBatch : Field name not found\b/;

function isOutdated({ code, message, service }: ErrorInfo): boolean {
  return OUTDATED_CODES.has(service?.code ?? '') || (code === 'BULK_JOB_FAILED' && OUTDATED_JOB.test(message));
}

/** Checks what an operation is configured to do before it does anything: its headers, and the object type in the live describe. */
@injectable()
export class ObjectTarget {
  constructor(@inject(DescribeCache) private readonly describes: DescribeCache) {}

  /** The describe of the object type; `config` where it is unknown or does not allow what is done. Both are the context's operation's own where none is named. */
  async check(
    context: ExecutionContext<HeaderProperties>,
    operation = context.operation.id,
    objectType = context.objectType,
  ): Promise<SObjectDescribe> {
    const ability = abilityOf(operation);
    checkConfiguredHeaders(context.properties);
    const describe = await this.describe(objectType, context);
    if (!describe[ability]) {
      throw configError(
        'OBJECT_TYPE_UNSUITABLE',
        `records of ${describe.name} cannot be ${VERBS[ability]} by this user`,
      );
    }
    return describe;
  }

  /**
   * Looks at the errors of documents: where the service refused a field or an object type, the kept describe of that type, and of one that the message names, is dropped.
   * The next execution or browse has it fetched.
   */
  async noteRefusals(
    objectType: string,
    errors: readonly (ErrorInfo | undefined)[],
    context: CallContext,
  ): Promise<void> {
    const refusal = errors.find((info) => info !== undefined && isOutdated(info));
    if (refusal === undefined) return;
    await this.describes.forget(objectType, context);
    const named = unknownColumn(refusal.message)?.objectType;
    if (named !== undefined && named !== objectType) await this.describes.forget(named, context);
  }

  /** Events of a job as they come, with {@link noteRefusals} of their errors. */
  async *noting(
    objectType: string,
    events: AsyncIterable<OperationEvent | readonly OperationEvent[]>,
    context: CallContext,
  ): AsyncGenerator<OperationEvent | readonly OperationEvent[]> {
    for await (const item of events) {
      const list = Array.isArray(item) ? (item as readonly OperationEvent[]) : [item as OperationEvent];
      const errors = list.map((event) => (event.type === 'result' ? event.error : undefined));
      if (!context.signal.aborted) await this.noteRefusals(objectType, errors, context);
      yield item;
    }
  }

  private async describe(objectType: string, context: CallContext): Promise<SObjectDescribe> {
    try {
      return await this.describes.describe(objectType, context);
    } catch (error) {
      if (!isConnectorError(error) || error.info.code !== 'OBJECT_TYPE_UNKNOWN') throw error;
      throw new ConnectorError({ ...error.info, category: 'config' }, { cause: error });
    }
  }
}
