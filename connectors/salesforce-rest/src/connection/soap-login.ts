import {
  type CallContext,
  ConnectorError,
  type ErrorInfo,
  type HttpClient,
  type HttpResponse,
} from '@connector-runtime/core';
import { LAST_SOAP_LOGIN_VERSION } from '../service-limits.js';
import { isHtml } from '../transport/error-answer.js';
import { plainText } from '../transport/plain-text.js';
import { configError, protocolError } from '../transport/refusals.js';
import { meaningOf, publicCode } from '../transport/service-codes.js';
import { XSI_DECLARATION } from '../xml/namespaces.js';
import { escapeXml, isXmlText } from '../xml/xml-text.js';
import { childOf, childText, elementsNamed, parseXml, type XmlElement } from '../xml/xml-tree.js';
import type { Grant } from './grant.js';
import { sendLogin } from './login-errors.js';
import { originOf } from './service-address.js';

const MAX_ANSWER_BYTES = 1_048_576;

/** When `login()` ends for the versions that still have it. */
export const SOAP_LOGIN_ENDS = "June 2027 (Summer '27 release)";
export const SOAP_LOGIN_WAY_OUT =
  'register an External Client App in Salesforce and use authenticationType OAUTH_2 with grantType clientCredentials';

/**
 * Logs in with user name and password. Source: Salesforce SOAP API Developer Guide, "login()".
 * Refused credentials are category `auth` and never sent a second time by this function.
 */
export async function soapLogin(
  http: HttpClient,
  credentials: { readonly url: string; readonly username: string; readonly password: string },
  context: CallContext,
): Promise<Grant> {
  const { url, username, password } = credentials;
  const response = await sendLogin(
    http,
    {
      method: 'POST',
      url,
      headers: { 'content-type': 'text/xml; charset=UTF-8', accept: 'text/xml', soapaction: 'login' },
      body: envelope(checked(username, 'username'), checked(password, 'password')),
      judge: (answer) => faultOf(answer, username),
    },
    context,
  );
  const text = await response.body.text(MAX_ANSWER_BYTES);
  return grantOf(loginResult(response, text), username);
}

function envelope(username: string, password: string): string {
  return (
    '<?xml version="1.0" encoding="UTF-8"?>' +
    `<env:Envelope xmlns:xsd="http://www.w3.org/2001/XMLSchema" ${XSI_DECLARATION} xmlns:env="http://schemas.xmlsoap.org/soap/envelope/">` +
    '<env:Body><n1:login xmlns:n1="urn:partner.soap.sforce.com">' +
    `<n1:username>${escapeXml(username)}</n1:username><n1:password>${escapeXml(password)}</n1:password>` +
    '</n1:login></env:Body></env:Envelope>'
  );
}

function checked(value: string, property: 'username' | 'password'): string {
  if (/\p{Cc}/u.test(value) || !isXmlText(value)) {
    throw configError(
      'CREDENTIAL_INVALID',
      `${property} holds a line break or another control character`,
      `/${property}`,
    );
  }
  return value;
}

function loginResult(response: HttpResponse, text: string): XmlElement {
  if (isHtml(response, text)) {
    throw protocolError(
      'LOGIN_ANSWER_UNEXPECTED',
      'the login address answered with an HTML page; is authenticationUrl right?',
      'none',
    );
  }
  try {
    const result = elementsNamed(parseXml(text), 'result')[0];
    if (result !== undefined) return result;
  } catch (error) {
    throw protocolError(
      'LOGIN_ANSWER_UNEXPECTED',
      'the login address answered with text that is no XML',
      'none',
      error,
    );
  }
  throw protocolError('LOGIN_ANSWER_UNEXPECTED', 'the login answer holds no result', 'none');
}

function grantOf(result: XmlElement, username: string): Grant {
  if (childText(result, 'passwordExpired') === 'true') {
    throw authError('PASSWORD_EXPIRED', `the password of ${plainText(username)} has expired: change it in Salesforce`);
  }
  const token = childText(result, 'sessionId');
  if (token === undefined) {
    throw protocolError(
      'LOGIN_WITHOUT_SESSION',
      `the login of ${plainText(username)} was answered without a session id`,
      'none',
    );
  }
  const origin = originOf(childText(result, 'serverUrl'));
  const organization = childText(childOf(result, 'userInfo'), 'organizationId') ?? token.split('!', 1)[0] ?? '';
  return {
    token,
    ...(origin === undefined ? {} : { origin }),
    user: `${organization}/${childText(result, 'userId') ?? username}`,
  };
}

function authError(code: string, message: string): ConnectorError {
  return new ConnectorError({ category: 'auth', code, message, effect: 'none', retryable: false });
}

/** A SOAP fault is HTTP 500, and for the most part no trouble of the server's. */
async function faultOf(answer: HttpResponse, username: string): Promise<Partial<ErrorInfo>> {
  const service = { httpStatus: answer.status };
  if (answer.status >= 300 && answer.status < 400) {
    const host = originOf(answer.headers['location']);
    return {
      message: `the login address answered with a redirect${host === undefined ? '' : ` to ${host}`}, which is not followed: correct authenticationUrl`,
      service,
    };
  }
  const fault = await readFault(answer);
  if (fault === undefined) {
    return { message: `the login address answered with status ${answer.status} and no SOAP fault`, service };
  }
  const { code, text } = fault;
  const message = `login of ${plainText(username)} refused: ${plainText(text)}${adviceOf(code, text)}`;
  const known = meaningOf(code, text);
  const meaning: Partial<ErrorInfo> =
    code === 'SERVER_UNAVAILABLE' || code === 'UNKNOWN_EXCEPTION'
      ? { category: 'unavailable', retryable: true }
      : code === 'LOGIN_RATE_EXCEEDED'
        ? { category: 'rateLimit', retryable: false }
        : known.category === 'quota' || known.category === 'rateLimit'
          ? known
          : { category: 'auth', retryable: false };
  return { ...meaning, code: publicCode(code), message, effect: 'none', service: { ...service, code } };
}

async function readFault(answer: HttpResponse): Promise<{ code: string; text: string } | undefined> {
  try {
    const fault = elementsNamed(parseXml(await answer.body.text(MAX_ANSWER_BYTES)), 'Fault')[0];
    if (fault === undefined) return undefined;
    const detailed = elementsNamed(fault, 'exceptionCode')[0]?.text.trim();
    const code = detailed ?? childText(fault, 'faultcode')?.replace(/^.*:/, '') ?? '';
    return { code, text: childText(fault, 'faultstring') ?? code };
  } catch {
    return undefined;
  }
}

function adviceOf(code: string, text: string): string {
  if (code === 'LOGIN_MUST_USE_SECURITY_TOKEN') return ' (append the security token to the password)';
  if (code !== 'INVALID_OPERATION') return '';
  const reason = /disabled/i.test(text)
    ? 'SOAP login() is switched off in this organisation; an administrator can switch it on and may have to give the user the permission "Use Any API Auth"'
    : `Salesforce offers SOAP login() only up to version ${LAST_SOAP_LOGIN_VERSION}.0, and not after ${SOAP_LOGIN_ENDS}`;
  return `. ${reason}. Better: ${SOAP_LOGIN_WAY_OUT}`;
}
