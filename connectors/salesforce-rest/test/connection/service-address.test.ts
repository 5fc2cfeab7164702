import { originOf, parseLoginUrl, parseServiceUrl, parseTokenUrl } from '#src/connection/service-address.js';

describe('the url', () => {
  test.each([
    ['https://acme.my.salesforce.com', 'https://acme.my.salesforce.com', undefined],
    [' https://acme.my.salesforce.com/ ', 'https://acme.my.salesforce.com', undefined],
    ['https://acme.my.salesforce.com/services/data/v64.0/', 'https://acme.my.salesforce.com', '64.0'],
    ['http://127.0.0.1:8080/services/data/v59.0', 'http://127.0.0.1:8080', '59.0'],
    ['http://localhost:1', 'http://localhost:1', undefined],
  ])('%s is understood', (url, origin, version) => {
    expect(parseServiceUrl(url)).toEqual(version === undefined ? { origin } : { origin, version });
  });

  test.each([
    ['https://acme.my.salesforce.com/services/data/v58.0', 'API_VERSION_TOO_LOW'],
    ['https://acme.my.salesforce.com/services/data/64', 'URL_INVALID'],
    ['http://acme.my.salesforce.com', 'URL_INVALID'],
    ['https://user:word@acme.my.salesforce.com', 'URL_INVALID'],
    ['https://acme.my.salesforce.com?x=1', 'URL_INVALID'],
    ['acme.my.salesforce.com', 'URL_INVALID'],
  ])('%s is refused at /url', (url, code) => {
    expect(() => parseServiceUrl(url)).toThrow(
      expect.objectContaining({ info: expect.objectContaining({ code, category: 'config', path: '/url' }) }),
    );
  });
});

describe('the SOAP login address', () => {
  test('has a default where it is blank', () => {
    expect(parseLoginUrl(' ')).toBe('https://login.salesforce.com/services/Soap/u/64.0');
  });

  test.each([
    ['https://login.salesforce.com/services/Soap/u/65.0', 'SOAP_LOGIN_NOT_OFFERED'],
    ['https://login.salesforce.com/', 'URL_INVALID'],
  ])('%s is refused', (url, code) => {
    expect(() => parseLoginUrl(url)).toThrow(
      expect.objectContaining({ info: expect.objectContaining({ code, path: '/authenticationUrl' }) }),
    );
  });
});

test('the token address is at the origin of url unless it is given', () => {
  expect(parseTokenUrl(undefined, 'https://a.my.salesforce.com')).toBe(
    'https://a.my.salesforce.com/services/oauth2/token',
  );
  expect(parseTokenUrl('https://test.salesforce.com/services/oauth2/token', 'https://a')).toBe(
    'https://test.salesforce.com/services/oauth2/token',
  );
});

test.each([
  ['https://x.my.salesforce.com/services/Soap/u/42.0/00D', 'https://x.my.salesforce.com'],
  ['https://user@x.my.salesforce.com/', undefined],
  ['javascript:alert(1)', undefined],
  ['', undefined],
])("the origin of a login answer's %s is %s", (text, origin) => {
  expect(originOf(text)).toBe(origin);
});
