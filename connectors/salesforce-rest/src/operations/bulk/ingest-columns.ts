import { type CallContext, type ConnectorError, isConnectorError } from '@connector-runtime/core';
import type { DescribeCache } from '../../describe/describe-cache.js';
import type { FieldDescribe, SObjectDescribe } from '../../describe/sobject-describe.js';
import { suggestion } from '../../describe/suggestion.js';
import { ownText } from '../../text/own-text.js';
import { documentError } from '../../transport/refusals.js';

/** Names that are none are the documents' own: there is no end of them. */
const MAX_REFUSED = 1_000;
/** What the service calls a parent in the results of a query where several types are possible. */
const ANY_TYPE = 'Name';
const REFUSALS = ['FIELD_UNKNOWN', 'PARENT_TYPE_AMBIGUOUS'];

/**
 * Finds the columns of a job in the live describes: one unknown name sinks a whole job.
 * A column is a field, or the external id of a parent: `Owner.Ext__c`, `User:Owner.Ext__c` where parents of several types are possible. One of several types that does not say which, where more than one has that external id, is refused with the choices.
 */
export class IngestColumns {
  private readonly found = new Map<string, string>();
  private readonly refused = new Map<string, ConnectorError>();

  constructor(
    private readonly describe: SObjectDescribe,
    private readonly describes: DescribeCache,
  ) {}

  /** The column for a path as a document or a person writes it, in the service's spelling. Unknown: a `validation` error naming the nearest known name. No promise where it was found before: rows have many cells. */
  columnOf(path: string, context: CallContext): string | Promise<string> {
    return this.found.get(path) ?? this.findOnce(ownText(path), context);
  }

  /** Is this the very name of a column that was found before? */
  isColumn(path: string): boolean {
    return this.found.get(path) === path;
  }

  private async findOnce(path: string, context: CallContext): Promise<string> {
    const refused = this.refused.get(path);
    if (refused !== undefined) throw refused;
    try {
      const column = await this.find(path, context);
      this.found.set(path, column);
      return column;
    } catch (error) {
      const isRefusal = isConnectorError(error) && REFUSALS.includes(error.info.code);
      if (isRefusal && this.refused.size < MAX_REFUSED) this.refused.set(path, error);
      throw error;
    }
  }

  private async find(path: string, context: CallContext): Promise<string> {
    const [, target, relationship, key] = /^(?:(\w+):)?(\w+)\.(\w+)$/.exec(path) ?? [];
    if (relationship === undefined || key === undefined) return this.fieldNamed(path);
    const lookup = this.describe.fields.find((field) => isSame(field.relationshipName, relationship));
    if (lookup === undefined) {
      const known = this.describe.fields.map((field) => field.relationshipName).filter((name) => name !== '');
      throw unknownColumn(path, relationship, 'parent relationship', this.describe.name, known);
    }
    const told = isSame(target ?? '', ANY_TYPE) ? undefined : target;
    return this.parentColumn(lookup, key, told, path, context);
  }

  private fieldNamed(path: string): string {
    const { fields, name } = this.describe;
    const field = fields.find((candidate) => isSame(candidate.name, path));
    if (field !== undefined) return field.name;
    throw unknownColumn(
      path,
      path,
      'field',
      name,
      fields.map((candidate) => candidate.name),
    );
  }

  private async parentColumn(
    lookup: FieldDescribe,
    key: string,
    target: string | undefined,
    path: string,
    context: CallContext,
  ): Promise<string> {
    const { relationshipName, referenceTo } = lookup;
    const targets = target === undefined ? referenceTo : referenceTo.filter((name) => isSame(name, target));
    const isTyped = referenceTo.length > 1;
    const seen: string[] = [];
    const columns: string[] = [];
    for (const objectType of targets) {
      const [parent] = await this.describes.describeVisible([objectType], context);
      const keys = (parent?.fields ?? []).filter(({ idLookup, externalId }) => idLookup || externalId);
      const field = keys.find((candidate) => isSame(candidate.name, key));
      if (field !== undefined) columns.push(`${isTyped ? `${objectType}:` : ''}${relationshipName}.${field.name}`);
      for (const candidate of keys) seen.push(candidate.name);
    }
    const [column] = columns;
    if (column === undefined)
      throw unknownColumn(path, key, 'external id', (target ?? referenceTo.join(' or ')) || relationshipName, seen);
    if (columns.length > 1) throw ambiguousColumn(path, columns);
    return column;
  }
}

function isSame(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function unknownColumn(path: string, name: string, kind: string, of: string, known: readonly string[]): Error {
  const within = path === name ? '' : ` (in ${path})`;
  return documentError('FIELD_UNKNOWN', `${name}${within} is no ${kind} of ${of}${suggestion(name, known)}`, path);
}

function ambiguousColumn(path: string, columns: readonly string[]): Error {
  const message = `${path} may be of several types: say which by the parent's type, or as a column ${columns.join(' or ')}`;
  return documentError('PARENT_TYPE_AMBIGUOUS', message, path);
}
