import { generateKeyPairSync } from 'node:crypto';
import type { pki } from 'node-forge';

/** What server certificate to make: the defaults are a good one for loopback. */
export interface CertificateOptions {
  /** Names and addresses it is for. */
  readonly hosts?: readonly string[];
  /** When it ends; in the past for an expired one. */
  readonly notAfter?: Date;
}

/** PEM texts: a certificate authority, and a server certificate signed by it with its key. */
export interface Certificates {
  readonly caPem: string;
  readonly certPem: string;
  readonly keyPem: string;
}

const LOOPBACK = ['localhost', '127.0.0.1', '::1'];
const DAY_MS = 86_400_000;
const IP = /^[\d.]+$|:/;

/** Makes a new certificate authority and a server certificate. Keys are made natively; node-forge signs. */
export async function makeCertificates(options: CertificateOptions = {}): Promise<Certificates> {
  const { default: forge } = await import('node-forge');
  const { hosts = LOOPBACK, notAfter = new Date(Date.now() + 30 * DAY_MS) } = options;
  const makeKeys = () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    });
    return {
      pem: privateKey,
      privateKey: forge.pki.privateKeyFromPem(privateKey),
      publicKey: forge.pki.publicKeyFromPem(publicKey),
    };
  };
  const authority = makeKeys();
  const server = makeKeys();
  const authorityName = [{ name: 'commonName', value: 'Salesforce org on loopback: certificate authority' }];
  const serverName = [{ name: 'commonName', value: hosts[0] ?? 'localhost' }];
  const notBefore = new Date(Math.min(Date.now(), notAfter.getTime()) - DAY_MS);
  const issue = (
    subject: pki.CertificateField[],
    publicKey: pki.PublicKey,
    until: Date,
    serialNumber: string,
    extensions: object[],
  ): string => {
    const certificate = forge.pki.createCertificate();
    certificate.publicKey = publicKey;
    certificate.serialNumber = serialNumber;
    certificate.validity = { notBefore, notAfter: until };
    certificate.setSubject(subject);
    certificate.setIssuer(authorityName);
    certificate.setExtensions(extensions);
    certificate.sign(authority.privateKey, forge.md.sha256.create());
    return forge.pki.certificateToPem(certificate);
  };
  const altNames = hosts.map((host) => (IP.test(host) ? { type: 7, ip: host } : { type: 2, value: host }));
  const longest = new Date(Math.max(notAfter.getTime(), Date.now()) + DAY_MS);
  return {
    caPem: issue(authorityName, authority.publicKey, longest, '01', [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
      { name: 'subjectKeyIdentifier' },
    ]),
    certPem: issue(serverName, server.publicKey, notAfter, '02', [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true, keyEncipherment: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames },
    ]),
    keyPem: server.pem,
  };
}
