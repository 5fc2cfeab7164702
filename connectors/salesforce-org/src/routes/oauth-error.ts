/** A refusal in the words of OAuth 2.0. */
export class OAuthError extends Error {
  constructor(
    readonly code: string,
    readonly description: string,
  ) {
    super(`${code}: ${description}`);
  }
}

/** The value of a parameter that has to be there. */
export function required(value: string | null | undefined, name: string): string {
  if (value === null || value === undefined || value === '')
    throw new OAuthError('invalid_request', `missing required parameter: ${name}`);
  return value;
}
