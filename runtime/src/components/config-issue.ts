import { ConnectorError } from '@connector-runtime/core';

/** One thing that is wrong in a component's properties. */
export interface ConfigIssue {
  /** JSON pointer to the property: "/concurrent". */
  readonly path: string;
  /** What is wrong, with the offending value (never a secret's) and the rule. */
  readonly message: string;
  /** The rule that was broken, in JSON Schema's words: "required", "maximum", "additionalProperties". */
  readonly rule: string;
}

/** The error of a component with issues: `config`, `CONFIG_INVALID`, `path` that of the first; its `cause` is the list of all. */
export function configInvalid(what: string, issues: readonly ConfigIssue[]): ConnectorError {
  const lines = issues.map((issue) => `${issue.path || '/'}: ${issue.message}`);
  return new ConnectorError(
    {
      category: 'config',
      code: 'CONFIG_INVALID',
      message: `${what}: ${lines.join('; ')}`,
      effect: 'none',
      retryable: false,
      path: issues[0]?.path ?? '',
    },
    { cause: issues },
  );
}

/** The issues behind a `CONFIG_INVALID` error; empty for any other. */
export function issuesOf(error: ConnectorError): readonly ConfigIssue[] {
  return error.info.code === 'CONFIG_INVALID' && Array.isArray(error.cause) ? (error.cause as ConfigIssue[]) : [];
}

/** A name as a part of a JSON pointer. */
export function pointerSegment(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
