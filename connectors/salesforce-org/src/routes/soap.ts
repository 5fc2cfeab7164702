import type { Answer, OrgRequest } from '../exchange.js';
import { childNamed, readXml, type XmlElement } from '../formats/xml-reader.js';
import { escapeXml, XML_DECLARATION, XSI, xmlElement } from '../formats/xml-text.js';
import type { Org } from '../org.js';

const ENVELOPE = 'http://schemas.xmlsoap.org/soap/envelope/';
const PARTNER = 'urn:partner.soap.sforce.com';
const FAULTS = 'urn:fault.partner.soap.sforce.com';
const LAST_VERSION_WITH_LOGIN = 64;

/** `POST /services/Soap/u/NN.N`: `login` and `logout`. Source: SOAP API Developer Guide, "login()" and "logout()". */
export function answerSoap(org: Org, request: OrgRequest): Answer {
  let envelope: XmlElement;
  try {
    envelope = readXml(request.body);
  } catch (error) {
    return fault('soapenv:Client', `Unable to parse request: ${error instanceof Error ? error.message : 'not XML'}`);
  }
  if (request.headers['soapaction'] === undefined) return fault('soapenv:Client', 'SOAPAction HTTP header missing');
  const call = inNamespace(envelope, 'Body', ENVELOPE)?.children[0];
  if (envelope.name !== 'Envelope' || envelope.uri !== ENVELOPE || call === undefined)
    return fault('soapenv:Client', 'Element Envelope or Body missing');
  if (call.uri === PARTNER && call.name === 'login') return login(org, request, call);
  if (call.uri === PARTNER && call.name === 'logout') return logout(org, envelope);
  return fault('soapenv:Client', `No operation available for request {${call.uri}}${call.name}`);
}

function inNamespace(element: XmlElement, name: string, uri: string): XmlElement | undefined {
  return element.children.find((child) => child.name === name && child.uri === uri);
}

function login(org: Org, { segments, origin }: OrgRequest, call: XmlElement): Answer {
  const { settings } = org;
  const version = segments[3] ?? '';
  if (Number(version) > LAST_VERSION_WITH_LOGIN) {
    return loginFault(
      'INVALID_OPERATION',
      `SOAP Login operation is not available in the API version specified (${version}). See the documentation for supported versions.`,
    );
  }
  if (settings.soapLogin === 'disabled') {
    return loginFault(
      'INVALID_OPERATION',
      'SOAP API login() is disabled by default in this org. Contact your administrator to enable it.',
    );
  }
  const [username, password] = [childNamed(call, 'username')?.text, childNamed(call, 'password')?.text];
  if (username?.toLowerCase() === settings.username.toLowerCase() && password === org.password) {
    return loginFault(
      'LOGIN_MUST_USE_SECURITY_TOKEN',
      'Invalid username, password, security token; or user locked out. Are you at a new location? When accessing Salesforce--either via a desktop client or the API--from outside of your company’s trusted networks, you must add a security token to your password to log in.',
    );
  }
  if (username?.toLowerCase() !== settings.username.toLowerCase() || password !== org.password + org.securityToken) {
    return loginFault('INVALID_LOGIN', 'Invalid username, password, security token; or user locked out.');
  }
  org.ledger.logins++;
  return envelope(`<loginResponse>${xmlElement('result', loginResult(org, origin, version))}</loginResponse>`);
}

function loginResult(org: Org, origin: string, version: string): object {
  const { settings, organizationId, userId } = org;
  const orgId15 = organizationId.slice(0, 15);
  return {
    metadataServerUrl: `${origin}/services/Soap/m/${version}/${orgId15}`,
    passwordExpired: settings.passwordExpired,
    sandbox: settings.isSandbox,
    serverUrl: `${origin}/services/Soap/u/${version}/${orgId15}`,
    sessionId: org.sessions.open(settings.passwordExpired ? 'passwordChange' : 'everything'),
    userId,
    userInfo: {
      accessibilityMode: false,
      chatterExternal: false,
      currencySymbol: '$',
      orgAttachmentFileSizeLimit: 26214400,
      orgDefaultCurrencyIsoCode: 'USD',
      orgDefaultCurrencyLocale: 'en_US',
      orgDisallowHtmlAttachments: false,
      orgHasPersonAccounts: false,
      organizationId,
      organizationMultiCurrency: false,
      organizationName: 'Loopback Org',
      profileId: '00eLo0000000001AAA',
      roleId: null,
      sessionSecondsValid: settings.sessionSecondsValid,
      userDefaultCurrencyIsoCode: null,
      userEmail: settings.username,
      userFullName: 'Loopback Admin',
      userId,
      userLanguage: 'en_US',
      userLocale: 'en_US',
      userName: settings.username,
      userTimeZone: 'GMT',
      userType: 'Standard',
      userUiSkin: 'Theme3',
    },
  };
}

function logout(org: Org, request: XmlElement): Answer {
  const header = inNamespace(request, 'Header', ENVELOPE);
  const token = header && childNamed(header, 'SessionHeader');
  if (!org.sessions.close((token && childNamed(token, 'sessionId')?.text.trim()) ?? '')) {
    return fault(
      'sf:INVALID_SESSION_ID',
      'INVALID_SESSION_ID: Invalid Session ID found in SessionHeader: Illegal Session',
    );
  }
  return envelope('<logoutResponse/>');
}

function loginFault(code: string, message: string): Answer {
  const detail = `<detail><sf:LoginFault xsi:type="sf:LoginFault"><sf:exceptionCode>${code}</sf:exceptionCode><sf:exceptionMessage>${escapeXml(message)}</sf:exceptionMessage></sf:LoginFault></detail>`;
  return fault(`sf:${code}`, `${code}: ${message}`, detail);
}

function fault(code: string, text: string, detail = ''): Answer {
  const body = `<soapenv:Fault><faultcode>${code}</faultcode><faultstring>${escapeXml(text)}</faultstring>${detail}</soapenv:Fault>`;
  return { ...envelope(body, `xmlns:sf="${FAULTS}"`), status: 500 };
}

function envelope(content: string, namespace = `xmlns="${PARTNER}"`): Answer {
  const open = `<soapenv:Envelope xmlns:soapenv="${ENVELOPE}" ${namespace} ${XSI}>`;
  return {
    status: 200,
    contentType: 'text/xml; charset=utf-8',
    body: `${XML_DECLARATION}${open}<soapenv:Body>${content}</soapenv:Body></soapenv:Envelope>`,
  };
}
