/**
 * Columns that the service puts before those that were uploaded, in the results of an ingest job. `sf__Error` is the name of an error in results of other writes too, in which the connector itself writes it.
 * Source: Bulk API 2.0 Developer Guide, "Get Job Successful Record Results" and "Get Job Failed Record Results".
 */
export const ID_COLUMN = 'sf__Id';
export const CREATED_COLUMN = 'sf__Created';
export const ERROR_COLUMN = 'sf__Error';

/** All of them. No field can have such a name. */
export const RESULT_COLUMNS: ReadonlySet<string> = new Set([ID_COLUMN, CREATED_COLUMN, ERROR_COLUMN]);
