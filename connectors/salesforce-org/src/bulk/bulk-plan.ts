/** What becomes of the jobs that are created while it holds; without one, a job is done at the first status request after its close. */
export interface BulkPlan {
  /** Status requests that are answered `InProgress` before the job ends; `Infinity` (over HTTP: -1) for one that never does. 0 where absent. */
  readonly polls?: number;
  /** Rows processed at the first of these requests; none where absent. A job that ends `JobComplete` processes the rest then, any other leaves it unprocessed. */
  readonly rows?: number;
  /** How the job ends; any text is possible. `JobComplete` where absent. */
  readonly state?: string;
  /** With `Failed`. */
  readonly errorMessage?: string;
  /** What the status says of `numberRecordsProcessed`, whatever is true; nothing where null. */
  readonly processedCount?: number | null;
  /** What the status says of `numberRecordsFailed`, whatever is true. */
  readonly failedCount?: number;
  /** Rows of the result sets come in the reverse order. */
  readonly isPermuted?: boolean;
}
