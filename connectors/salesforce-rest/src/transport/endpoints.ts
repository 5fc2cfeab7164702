import { documentError } from './refusals.js';

// Paths below the connection's base (`…/services/data/vNN.N`). Source: Salesforce REST API Developer Guide, "Reference".

export const OBJECTS_PATH = '/sobjects';
export const LIMITS_PATH = '/limits';
export const BATCH_PATH = '/composite/batch';
export const COLLECTIONS_PATH = '/composite/sobjects';

export function describePath(objectType: string): string {
  return `/sobjects/${segment(objectType, 'the object type')}/describe`;
}

export function recordsPath(objectType: string): string {
  return `/sobjects/${segment(objectType, 'the object type')}`;
}

export function recordPath(objectType: string, id: string): string {
  return `${recordsPath(objectType)}/${segment(id, 'the Id')}`;
}

/** With a value: the record that has it. Without: the address that creates one (documented for `Id` only). */
export function externalIdPath(objectType: string, field: string, value?: string): string {
  const path = `${recordsPath(objectType)}/${segment(field, 'the external id field')}`;
  return value === undefined ? path : `${path}/${segment(value, 'the external id value')}`;
}

/** Records told apart by an external id, many in one request. */
export function collectionsUpsertPath(objectType: string, field: string): string {
  return `${COLLECTIONS_PATH}/${segment(objectType, 'the object type')}/${segment(field, 'the external id field')}`;
}

/** Records to delete, many in one request: the ids must be letters and digits only, for a comma parts them. */
export function collectionsDeletePath(ids: readonly string[], allOrNone: boolean): string {
  return `${COLLECTIONS_PATH}?ids=${ids.join(',')}${allOrNone ? '&allOrNone=true' : ''}`;
}

export function treePath(objectType: string): string {
  return `/composite/tree/${segment(objectType, 'the object type')}`;
}

export function queryPath(soql: string, includeDeleted: boolean): string {
  return `/${includeDeleted ? 'queryAll' : 'query'}?q=${encodeURIComponent(soql)}`;
}

export function jobsPath(kind: 'ingest' | 'query'): string {
  return `/jobs/${kind}`;
}

export function jobPath(kind: 'ingest' | 'query', jobId: string): string {
  return `${jobsPath(kind)}/${segment(jobId, 'the job id')}`;
}

/** A page of a query job's rows. */
export function queryResultsPath(jobId: string, locator?: string, maxRecords?: number): string {
  const query = [
    ...(locator === undefined ? [] : [`locator=${encodeURIComponent(locator)}`]),
    ...(maxRecords === undefined ? [] : [`maxRecords=${maxRecords}`]),
  ].join('&');
  return `${jobPath('query', jobId)}/results${query === '' ? '' : `?${query}`}`;
}

/** One path segment, whatever is in it: a slash does not become a further step. */
function segment(value: string, what: string): string {
  if (value === '' || value === '.' || value === '..') {
    throw documentError('PATH_SEGMENT_INVALID', `${what} must not be ${value === '' ? 'empty' : `"${value}"`}`);
  }
  try {
    return encodeURIComponent(value);
  } catch (error) {
    throw documentError('PATH_SEGMENT_INVALID', `${what} holds half of a surrogate pair`, undefined, error);
  }
}
