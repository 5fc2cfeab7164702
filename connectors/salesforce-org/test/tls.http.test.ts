import { get } from 'node:https';
import { type CertificateOptions, makeCertificates, type SalesforceOrg, startSalesforceOrg } from '#src/index.js';

let org: SalesforceOrg;

afterEach(() => org.close());

/** The status of the version list, or the code of the TLS error. */
async function probe(tls: true | CertificateOptions, ca?: string, host = '127.0.0.1'): Promise<number | string> {
  org = await startSalesforceOrg({ tls, accounts: 1 });
  const url = new URL('/services/data', org.url.replace('127.0.0.1', host));
  return new Promise((resolve) => {
    const request = get(url, { ca: ca ?? org.caPem, agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    request.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
}

test("a client that trusts the org's authority gets through, by address and by name", async () => {
  expect(await probe(true)).toBe(200);
  expect(org.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
  await org.close();

  expect(await probe(true, undefined, 'localhost')).toBe(200);
});

test('a client that trusts another authority does not', async () => {
  const { caPem } = await makeCertificates();

  expect(await probe(true, caPem)).toBe('CERT_SIGNATURE_FAILURE');
});

test('an expired certificate is refused by clients', async () => {
  expect(await probe({ notAfter: new Date(Date.now() - 86_400_000) })).toBe('CERT_HAS_EXPIRED');
});

test('a certificate for another host is refused by clients', async () => {
  expect(await probe({ hosts: ['elsewhere.example'] })).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
});

test('the addresses in answers have the scheme and host that the client used', async () => {
  org = await startSalesforceOrg({ accounts: 1, tls: true });

  expect([org.apiBase, org.soapLogin]).toEqual([`${org.url}/services/data/v64.0`, `${org.url}/services/Soap/u/64.0`]);
});
