// What the service allows, wherever one of its numbers decides something here. Limits of the connector's own stand where they hold.

/** Bytes of the body of one request. Known of the service; no guide states it for REST. */
export const MAX_BODY_BYTES = 50_000_000;

/** Bytes of an address together with the headers. Source: Developer Limits and Allocations Quick Reference, "API Request Limits and Allocations". */
export const MAX_URI_BYTES = 16_384;

/** Characters of a statement, over any of the service's APIs. Source: SOQL and SOSL Reference, "SOQL SELECT Syntax" (limits). */
export const MAX_SOQL_CHARS = 100_000;

/** The same in bytes of UTF-8: a character has up to four. */
export const MAX_SOQL_BYTES = MAX_SOQL_CHARS * 4;

/** Relations that a path goes over from a record to its parents. Source: SOQL and SOSL Reference, "Understanding Relationship Query Limitations". */
export const MAX_PARENT_LEVELS = 5;

/** Relations that a path goes over from a record to child records. From version 58 of the API on; over Bulk API 2.0 there are none. Source: as above. */
export const MAX_CHILD_LEVELS = 4;

/** Records in a page of a query over REST, at the least and at the most. Source: REST API Developer Guide, "Query Options Header". */
export const MIN_PAGE_RECORDS = 200;
export const MAX_PAGE_RECORDS = 2_000;

/** Records in a request of collections. Source: REST API Developer Guide, "sObject Collections". */
export const MAX_COLLECTION_RECORDS = 200;

/** Megabytes of data in an ingest job, as the service counts them: in base64, which is a third longer. Source: Bulk API 2.0 Developer Guide, "Bulk API 2.0 Limits". */
export const MAX_JOB_BASE64_MEGABYTES = 150;

/** Bytes of CSV in an ingest job, so that it is no longer than that in base64. */
export const MAX_JOB_BYTES = ((MAX_JOB_BASE64_MEGABYTES * 1_000_000) / 4) * 3;

/** Characters of one record in an ingest job. Source: Bulk API 2.0 Developer Guide, "Bulk API 2.0 Limits". */
export const MAX_JOB_RECORD_CHARS = 400_000;

/** The last version of the SOAP API that has `login()`. Source: SOAP API Developer Guide, "login()". */
export const LAST_SOAP_LOGIN_VERSION = 64;
