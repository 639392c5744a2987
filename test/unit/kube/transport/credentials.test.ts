import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConnectionError } from '../../../../operator/kube/api-error.ts';
import { type Credentials, createCredentialSource } from '../../../../operator/kube/transport/credentials.ts';
import { KubeConfig } from '../../../../operator/kube/transport/kube-config.ts';
import { createManualClock, type ManualClock } from '../../../support/manual-clock.ts';

let folder: string;
let clock: ManualClock;
beforeEach(() => {
  clock = createManualClock();
  folder = mkdtempSync(join(tmpdir(), 'sluice-credentials-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function sourceFor(user: object, cluster: object = {}) {
  const config = new KubeConfig();
  config.loadFromString(
    JSON.stringify({
      clusters: [{ name: 'c', cluster: { server: 'https://example.test', ...cluster } }],
      users: [{ name: 'u', user }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'x',
    }),
  );
  return createCredentialSource(config, undefined, clock);
}

const headersOf = async (credentials: Credentials | Promise<Credentials>) => (await credentials).headers;

describe('what a kubeconfig gives', () => {
  it.each([
    ['a token', { token: 'abc' }, { authorization: 'Bearer abc' }],
    ['a name and a password', { username: 'me', password: 'p:w' }, { authorization: 'Basic bWU6cDp3' }],
    ['somebody to act as', { token: 'abc', as: 'other' }, { authorization: 'Bearer abc', 'impersonate-user': 'other' }],
    ['nobody', {}, {}],
  ])('%s', async (_name, user, headers) => {
    expect(await headersOf(sourceFor(user).current())).toEqual(headers);
  });

  it('certificates, and how to check the server', async () => {
    const base64 = (text: string) => Buffer.from(text).toString('base64');
    const user = { 'client-certificate-data': base64('CERT'), 'client-key-data': base64('KEY') };
    const cluster = { 'certificate-authority-data': base64('CA'), 'tls-server-name': 'kubernetes' };
    expect((await sourceFor(user, cluster).current()).tls).toEqual({
      ca: Buffer.from('CA'),
      cert: Buffer.from('CERT'),
      key: Buffer.from('KEY'),
      servername: 'kubernetes',
    });
    const skip = await sourceFor({}, { 'insecure-skip-tls-verify': true }).current();
    expect(skip.tls).toEqual({ rejectUnauthorized: false });
  });
});

describe('a token file', () => {
  const file = () => join(folder, 'token');

  it('is read again after a minute, and not before', async () => {
    writeFileSync(file(), 'one\n');
    const source = sourceFor({ tokenFile: file() });
    const first = await source.current();
    expect(first.headers).toEqual({ authorization: 'Bearer one' });
    writeFileSync(file(), 'two');
    await clock.advance(59_000);
    expect(source.current()).toBe(first);
    await clock.advance(2_000);
    expect(await headersOf(source.current())).toEqual({ authorization: 'Bearer two' });
  });

  it('is read at once after a refusal, by all who were refused together', async () => {
    writeFileSync(file(), 'one');
    const source = sourceFor({ tokenFile: file() });
    const refused = await source.current();
    writeFileSync(file(), 'two');
    const [a, b] = await Promise.all([source.refresh(refused), source.refresh(refused)]);
    expect(a.headers).toEqual({ authorization: 'Bearer two' });
    expect(b).toBe(a);
    expect(await source.refresh(refused)).toBe(a);
  });

  it('gives the refused credentials back when there are no others', async () => {
    writeFileSync(file(), 'one');
    const source = sourceFor({ tokenFile: file() });
    const refused = await source.current();
    expect(await source.refresh(refused)).toBe(refused);
  });

  it('that is gone or empty for a while is no reason to forget the last token', async () => {
    writeFileSync(file(), 'one');
    const source = sourceFor({ tokenFile: file() });
    const first = await source.current();
    writeFileSync(file(), '');
    await clock.advance(61_000);
    expect(await source.current()).toBe(first);
    writeFileSync(file(), 'two');
    await clock.advance(11_000);
    expect(await headersOf(source.current())).toEqual({ authorization: 'Bearer two' });
  });

  it('that never was there is an error that names it', async () => {
    const source = sourceFor({ tokenFile: file() });
    await expect(source.current()).rejects.toThrow(ConnectionError);
    await expect(source.current()).rejects.toThrow(file());
  });
});

describe('a plugin', () => {
  /** Prints credentials, a new token each time, and notes how often and with what it was asked. */
  function plugin(status: string): { exec: object; asked: () => string[] } {
    const command = join(folder, 'plugin.sh');
    const notes = join(folder, 'asked');
    const credential = `{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":${status}}`;
    writeFileSync(
      command,
      `#!/bin/sh\necho "$KUBERNETES_EXEC_INFO" >> ${notes}\nN=$(wc -l < ${notes} | tr -d ' ')\ncat <<END\n${credential}\nEND\n`,
    );
    chmodSync(command, 0o755);
    writeFileSync(notes, '');
    return {
      exec: { apiVersion: 'client.authentication.k8s.io/v1', command, interactiveMode: 'Never' },
      asked: () => readFileSync(notes, 'utf8').trimEnd().split('\n'),
    };
  }

  it('is asked once for as long as what it gave is good, and says how to answer', async () => {
    const { exec, asked } = plugin('{"token":"token-$N","expirationTimestamp":"2099-01-01T00:00:00Z"}');
    const source = sourceFor({ exec });
    expect(await headersOf(source.current())).toEqual({ authorization: 'Bearer token-1' });
    await clock.advance(61_000);
    expect(await headersOf(source.current())).toEqual({ authorization: 'Bearer token-1' });
    expect(asked().map((line) => JSON.parse(line))).toEqual([
      { apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', spec: { interactive: false } },
    ]);
  });

  it('is asked again when what it gave has expired', async () => {
    const { exec } = plugin('{"token":"token-$N","expirationTimestamp":"2020-01-01T00:00:00Z"}');
    const source = sourceFor({ exec });
    await source.current();
    await clock.advance(61_000);
    expect(await headersOf(source.current())).toEqual({ authorization: 'Bearer token-2' });
  });

  it('is asked again when the API server refuses what should still be good, but not for each refusal', async () => {
    const { exec, asked } = plugin('{"token":"token-$N"}');
    const source = sourceFor({ exec });
    const first = await source.current();
    const second = await source.refresh(first);
    expect(second.headers).toEqual({ authorization: 'Bearer token-2' });
    expect(await source.refresh(second)).toBe(second);
    expect(asked()).toHaveLength(2);
    await clock.advance(2_000);
    expect(await headersOf(source.refresh(second))).toEqual({ authorization: 'Bearer token-3' });
  });

  it('may give client certificates, which then are those of new connections', async () => {
    const { exec } = plugin('{"clientCertificateData":"CERT-$N","clientKeyData":"KEY-$N"}');
    const source = sourceFor({ exec });
    const first = await source.current();
    expect(first).toEqual({ headers: {}, tls: { cert: 'CERT-1', key: 'KEY-1' } });
    expect((await source.refresh(first)).tls).toEqual({ cert: 'CERT-2', key: 'KEY-2' });
  });

  it('that fails is an error that says what it said', async () => {
    const command = join(folder, 'broken.sh');
    writeFileSync(command, '#!/bin/sh\necho "please log in" >&2\nexit 1\n');
    chmodSync(command, 0o755);
    const source = sourceFor({ exec: { apiVersion: 'client.authentication.k8s.io/v1', command } });
    await expect(source.current()).rejects.toThrow('no credentials for the API server: please log in');
  });
});
