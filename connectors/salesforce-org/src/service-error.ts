/** One problem of a refused request, in the service's words. */
export interface Problem {
  readonly errorCode: string;
  readonly message: string;
  /** Names of the fields concerned; absent for query and session errors. */
  readonly fields?: readonly string[];
}

/** A refusal as the service gives it: an HTTP status and a list of problems, rendered in the format of the request. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';

  constructor(
    readonly status: number,
    readonly problems: readonly Problem[],
    /** Further response headers, such as `Allow`. */
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(problems.map(({ errorCode, message }) => `${errorCode}: ${message}`).join('; '));
  }
}

/** A refusal with one problem. */
export function refusal(status: number, errorCode: string, message: string, fields?: readonly string[]): ServiceError {
  return new ServiceError(status, [{ message, errorCode, ...(fields && { fields }) }]);
}

/** The answer to an unknown path, object or id. */
export function notFound(message = 'The requested resource does not exist'): ServiceError {
  return new ServiceError(404, [{ errorCode: 'NOT_FOUND', message }]);
}

/** The answer to an id that is none. */
export function malformedId(text: string, fields: readonly string[] = []): ServiceError {
  return refusal(400, 'MALFORMED_ID', `malformed id ${text}`, fields);
}
