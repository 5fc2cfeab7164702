/** A JSON value that holds no other: what a cell, a flag or a number is. */
export type JsonScalar = null | boolean | number | string;

/** A JSON object or array. */
export type JsonRecord = { readonly [key: string]: Json } | readonly Json[];

/** Any JSON value, read-only. A row typed by an `interface` has no index signature and does not fit: declare it with `type`. */
export type Json = JsonScalar | JsonRecord;

/** A JSON Schema, draft 2020-12. The runtime compiles it with ajv in strict mode, with the keyword `x-dynamic` and the format `password` known. */
export type JsonSchema = { readonly [keyword: string]: Json };
