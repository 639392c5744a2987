import { createPrivateKey, createPublicKey, sign, verify, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { createAuthority, createSigningKey, issueCertificate } from '../../../control-plane/certificates.ts';

const authority = await createAuthority('test authority');

describe('createAuthority', () => {
  it('signs itself and may sign others', () => {
    const certificate = new X509Certificate(authority.certificatePem);
    expect(certificate.subject).toBe('CN=test authority');
    expect(certificate.ca).toBe(true);
    expect(certificate.verify(createPublicKey(authority.keyPem))).toBe(true);
  });

  it('makes another key each time', async () => {
    expect((await createAuthority('test authority')).keyPem).not.toBe(authority.keyPem);
  });
});

describe('issueCertificate', () => {
  it('names user and groups as Kubernetes reads them, in a certificate for clients', async () => {
    const pair = await issueCertificate(authority, { commonName: 'jänner', organizations: ['devs', 'ops'] });
    const certificate = new X509Certificate(pair.certificatePem);
    expect(certificate.subject.split('\n')).toEqual(['O=devs', 'O=ops', 'CN=jänner']);
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
    expect(certificate.ca).toBe(false);
    expect(certificate.checkIssued(new X509Certificate(authority.certificatePem))).toBe(true);
    expect(certificate.checkPrivateKey(createPrivateKey(pair.keyPem))).toBe(true);
  });

  it('is valid now and for some days', async () => {
    const { certificatePem } = await issueCertificate(authority, { commonName: 'jane' });
    const certificate = new X509Certificate(certificatePem);
    expect(certificate.validFromDate.getTime()).toBeLessThan(Date.now());
    expect(certificate.validToDate.getTime()).toBeGreaterThan(Date.now() + 24 * 3_600_000);
  });

  it('lets a client trust a server by the authority alone, under each of its hosts', async () => {
    const hosts = ['127.0.0.1', '10.0.0.1', 'localhost'];
    const pair = await issueCertificate(authority, { commonName: 'server', hosts });
    expect(new X509Certificate(pair.certificatePem).subjectAltName).toBe(
      'IP Address:127.0.0.1, IP Address:10.0.0.1, DNS:localhost',
    );
    const server = createServer({ cert: pair.certificatePem, key: pair.keyPem }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const trusting = connect({ host: '127.0.0.1', port, ca: authority.certificatePem });
    await once(trusting, 'secureConnect');
    expect(trusting.authorized).toBe(true);
    trusting.destroy();
    const other = connect({ host: '127.0.0.1', port, ca: (await createAuthority('test authority')).certificatePem });
    const [error] = await once(other, 'error');
    expect(error).toBeInstanceOf(Error);
    server.close();
  });
});

describe('createSigningKey', () => {
  it('gives both halves of one key', () => {
    const { privatePem, publicPem } = createSigningKey();
    const message = Buffer.from('a token');
    expect(verify('sha256', message, publicPem, sign('sha256', message, privatePem))).toBe(true);
  });
});
