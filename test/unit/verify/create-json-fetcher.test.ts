import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createJsonFetcher } from '../../../operator/verify/create-json-fetcher.ts';
import { type Misbehaviour, type OidcIssuer, startOidcIssuer } from '../../support/oidc-issuer.ts';

let issuer: OidcIssuer;
beforeAll(async () => {
  issuer = await startOidcIssuer();
});
afterAll(() => issuer.close());

afterEach(() => vi.unstubAllEnvs());

/** A real forwarding proxy that tells what it was asked for. */
async function startProxy() {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const target = request.url ?? '';
    asked.push(target);
    get(target, (answer) => answer.pipe(response.writeHead(answer.statusCode ?? 502)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()).closeAllConnections());
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

const impatient = createJsonFetcher({ timeoutMs: 300 });
const unreachable = expect.objectContaining({ code: 'IssuerUnreachable' });

describe('createJsonFetcher', () => {
  it('gives the JSON', async () => {
    issuer.misbehaviour = undefined;
    expect(await createJsonFetcher()(issuer.jwksUrl)).toHaveProperty('keys');
  });

  it.each<[Misbehaviour, string]>([
    ['redirect', 'IssuerUnreachable'],
    ['huge', 'IssuerUnreachable'],
    ['silent', 'IssuerUnreachable'],
    ['trickle', 'IssuerUnreachable'],
    ['error', 'IssuerUnreachable'],
    ['not-json', 'IssuerInvalid'],
  ])('refuses an answer that is: %s', async (misbehaviour, code) => {
    issuer.misbehaviour = misbehaviour;
    await expect(impatient(issuer.jwksUrl)).rejects.toThrow(expect.objectContaining({ code }));
    expect(issuer.asked.elsewhere).toBe(0);
  });

  it('refuses a server that is not there', async () => {
    const gone = await startOidcIssuer();
    await gone.close();
    await expect(impatient(gone.jwksUrl)).rejects.toThrow(unreachable);
  });

  it.each([
    'http://169.254.169.254/latest/meta-data/',
    'http://2852039166/',
    'http://0xa9fea9fe/',
    'http://169.254.43518/',
    'http://[fe80::1]/',
    'http://[::ffff:169.254.169.254]/',
    'http://[fd00:ec2::254]/',
  ])('refuses the link-local address of %s', async (url) => {
    await expect(impatient(url)).rejects.toThrow(
      expect.objectContaining({ code: 'IssuerUnreachable', message: expect.stringContaining('link-local') }),
    );
  });

  it('refuses a name that resolves to a link-local address, when it is connected to', async () => {
    const fetchJson = createJsonFetcher({
      timeoutMs: 300,
      lookup: (_hostname, _options, callback) => callback(null, [{ address: '169.254.169.254', family: 4 }]),
    });
    await expect(fetchJson('http://metadata.example.com/')).rejects.toThrow(
      expect.objectContaining({ message: expect.stringContaining('link-local') }),
    );
  });

  it('connects to the good ones of several addresses', async () => {
    issuer.misbehaviour = undefined;
    const addresses = ['169.254.169.254', '127.0.0.1'].map((address) => ({ address, family: 4 }));
    const fetchJson = createJsonFetcher({ lookup: (_hostname, _options, callback) => callback(null, addresses) });
    expect(await fetchJson(issuer.jwksUrl.replace('127.0.0.1', 'issuer.example.com'))).toHaveProperty('keys');
  });

  it('resolves real names', async () => {
    issuer.misbehaviour = undefined;
    expect(await createJsonFetcher()(issuer.jwksUrl.replace('127.0.0.1', 'localhost'))).toHaveProperty('keys');
  });

  describe('through a proxy that the environment names', () => {
    it.each([
      ['is used', 'other.example.com', () => [issuer.jwksUrl]],
      ['is not used for what NO_PROXY names', '127.0.0.1', () => []],
    ])('%s', async (_what, noProxy, expected) => {
      issuer.misbehaviour = undefined;
      const proxy = await startProxy();
      vi.stubEnv('HTTP_PROXY', proxy.url);
      vi.stubEnv('NO_PROXY', noProxy);
      const fetchJson = createJsonFetcher();
      expect(await fetchJson(issuer.jwksUrl)).toHaveProperty('keys');
      expect(proxy.asked).toEqual(expected());
      await expect(fetchJson('http://169.254.169.254/')).rejects.toThrow(unreachable);
      expect(proxy.asked).toEqual(expected());
      await proxy.close();
    });

    it('does without an answer when the proxy is nonsense', async () => {
      vi.stubEnv('HTTP_PROXY', 'not a url');
      await expect(createJsonFetcher()(issuer.jwksUrl)).rejects.toThrow(unreachable);
    });
  });

  it.each(['', 'not a url', 'ftp://example.com/', 'file:///etc/passwd', 'http://', 'http://x y/'])(
    'refuses %j as an address',
    async (url) => {
      await expect(impatient(url)).rejects.toThrow(unreachable);
    },
  );
});
