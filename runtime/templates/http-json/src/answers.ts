import { ConnectorError, type ErrorInfo, type HttpResponse, type Json } from '@connector-runtime/core';

/** No answer to one request is larger. */
const MAX_ANSWER_BYTES = 10_000_000;

/** The answer's JSON as an object whose members are still to be looked at. Whatever is no JSON object is an error with that effect. */
export async function objectIn(
  { body }: HttpResponse,
  effect: ErrorInfo['effect'],
): Promise<Readonly<Record<string, Json>>> {
  const value = await body.json(MAX_ANSWER_BYTES);
  if (!isObject(value)) throw unexpectedAnswer('the answer is no JSON object', effect);
  return value;
}

/** Is it a JSON object: neither a list nor null? */
export function isObject(value: Json | undefined): value is Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The text that an answer to a read has under a name. */
export function textIn(answer: Readonly<Record<string, Json>>, name: string): string {
  const value = answer[name];
  if (typeof value !== 'string') throw unexpectedAnswer(`the answer has no ${name}`, 'none');
  return value;
}

/** An answer of success that is not the service's. To a write its effect is `unknown`: it may have been applied. */
export function unexpectedAnswer(message: string, effect: ErrorInfo['effect']): ConnectorError {
  return new ConnectorError({
    category: 'protocol',
    code: 'ACME_ANSWER_UNEXPECTED',
    message,
    effect,
    retryable: false,
  });
}

/**
 * What the service's error body adds to what its status says (the host knows the categories of all statuses).
 * The body is not always the service's: a proxy or a login page answers in HTML, so nothing here may throw.
 * The service's message is left out, for it may quote the document, and messages end up in logs.
 */
export async function refusalOf({ status, body }: HttpResponse): Promise<Partial<ErrorInfo>> {
  const error = await body.json(10_000).catch(() => undefined);
  const code = isObject(error) ? codeIn(error) : undefined;
  if (code === undefined) return {};
  return {
    code: `ACME_${code}`,
    service: { httpStatus: status, code },
  };
}

/** The service's own word for what went wrong, if it has the form that codes have. */
export function codeIn({ code }: Readonly<Record<string, Json>>): string | undefined {
  return typeof code === 'string' && /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/.test(code) ? code : undefined;
}
