/** A SOQL statement, parsed. Names are as written; `at` is where a thing begins, in characters from 0. */
export interface SoqlQuery {
  readonly from: { readonly name: string; readonly alias?: string; readonly at: number };
  /** `SELECT COUNT()`: no fields, only the number of records. */
  readonly count: boolean;
  readonly select: readonly SelectItem[];
  readonly where?: Condition;
  /** Empty where the statement has no GROUP BY. */
  readonly groupBy: readonly Term[];
  readonly having?: Condition;
  readonly orderBy: readonly SortItem[];
  readonly limit?: number;
  readonly offset?: number;
}

/** A field, or a function of one. */
export interface Term {
  readonly path: readonly string[];
  readonly at: number;
  readonly fn?: FunctionName;
}

export type AggregateName = 'COUNT' | 'COUNT_DISTINCT' | 'SUM' | 'AVG' | 'MIN' | 'MAX';
export type DateFunctionName =
  | 'CALENDAR_YEAR'
  | 'CALENDAR_QUARTER'
  | 'CALENDAR_MONTH'
  | 'DAY_IN_MONTH'
  | 'DAY_IN_WEEK'
  | 'DAY_ONLY'
  | 'HOUR_IN_DAY'
  | 'DAY_IN_YEAR'
  | 'WEEK_IN_MONTH'
  | 'WEEK_IN_YEAR'
  | 'FISCAL_YEAR'
  | 'FISCAL_QUARTER'
  | 'FISCAL_MONTH';
export type FunctionName = AggregateName | DateFunctionName;

/** Which fields `FIELDS(…)` stands for. */
export type FieldGroup = 'ALL' | 'STANDARD' | 'CUSTOM';

/** What stands behind `SELECT`, one of those that commas part. */
export type SelectItem =
  | (Term & { readonly kind: 'field'; readonly alias?: string })
  /** `FIELDS(ALL)` and the like: every field of its kind. */
  | { readonly kind: 'fields'; readonly group: FieldGroup; readonly at: number }
  /** A child sub-select; its `from.name` is the relationship. */
  | { readonly kind: 'children'; readonly query: SoqlQuery; readonly at: number };

/** One of those behind `ORDER BY`. Nulls come first unless `nullsLast`. */
export interface SortItem extends Term {
  readonly descending: boolean;
  readonly nullsLast: boolean;
}

/** What stands behind `WHERE` or `HAVING`. */
export type Condition =
  | { readonly kind: 'and' | 'or'; readonly terms: readonly Condition[] }
  | { readonly kind: 'not'; readonly term: Condition }
  | SemiJoin
  | Comparison;

/** `Id IN (SELECT AccountId FROM Contact …)`, or with `NOT IN`. */
export interface SemiJoin {
  readonly kind: 'semiJoin';
  readonly path: readonly string[];
  readonly at: number;
  readonly negated: boolean;
  readonly query: SoqlQuery;
}

/** In lower case, whatever the statement's. */
export type ComparisonOperator =
  | '='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | 'like'
  | 'in'
  | 'not in'
  | 'includes'
  | 'excludes';

/** One comparison. `values` has one entry, or those of the list of `in`, `not in`, `includes`, `excludes`. */
export interface Comparison extends Term {
  readonly kind: 'comparison';
  readonly operator: ComparisonOperator;
  readonly values: readonly Literal[];
}

/** A value in a condition; `at`: where it stands in the statement. */
export type Literal = {
  readonly at: number;
} /** `value` is the text meant; for `like`, `%` and `_` in it are wildcards unless a backslash stands before them. */ & (
  | { readonly kind: 'string'; readonly value: string }
  /** A number keeps its source text. */
  | { readonly kind: 'number'; readonly value: number; readonly source: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'null' }
  /** `2024-01-31` */
  | { readonly kind: 'date'; readonly value: string }
  /** Milliseconds since 1970. */
  | { readonly kind: 'datetime'; readonly value: number }
  /** `14:30:00.000Z` */
  | { readonly kind: 'time'; readonly value: string }
  /** A range such as `LAST_N_DAYS:7`; `name` in capitals. */
  | { readonly kind: 'range'; readonly name: string; readonly count?: number }
);
