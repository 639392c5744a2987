import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadKubeConfig } from '../../../../operator/kube/transport/kube-config.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-kubeconfig-'));
  vi.stubEnv('HOME', folder);
  vi.stubEnv('KUBECONFIG', '');
  vi.stubEnv('KUBERNETES_SERVICE_HOST', '');
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

function write(name: string, content: string | object): string {
  const file = join(folder, name);
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

function kubeconfig(name: string, user: object = {}) {
  return {
    clusters: [{ name, cluster: { server: `https://${name}.example` } }],
    users: [{ name, user }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  };
}

function loadFrom(file: string) {
  vi.stubEnv('KUBECONFIG', file);
  return loadKubeConfig();
}

describe('where the kubeconfig comes from', () => {
  it('is KUBECONFIG before the default file', () => {
    mkdirSync(join(folder, '.kube'));
    write('.kube/config', kubeconfig('default'));
    expect(loadKubeConfig().getCurrentCluster()?.server).toBe('https://default.example');
    expect(loadFrom(write('named', kubeconfig('named'))).getCurrentCluster()?.server).toBe('https://named.example');
  });

  it('is several files together, where the first to name a context wins and missing ones do not count', () => {
    const files = [join(folder, 'missing'), write('one', kubeconfig('one')), write('two', kubeconfig('two'))];
    const config = loadFrom(files.join(delimiter));
    expect(config.getCurrentContext()).toBe('one');
    expect(config.getClusters().map(({ name }) => name)).toEqual(['one', 'two']);
  });

  it('says what to do when there is nothing', () => {
    expect(() => loadKubeConfig()).toThrow(
      'there is no cluster to talk to: set KUBECONFIG, or run in a pod with a ServiceAccount',
    );
  });
});

describe('a user with a token file', () => {
  it('finds it from the folder of the kubeconfig, in each of several files', () => {
    const files = ['one', 'two'].map((name) => write(name, kubeconfig(name, { tokenFile: 'token' })));
    const tokenFiles = loadFrom(files.join(delimiter)).users.map(({ authProvider }) => authProvider?.config.tokenFile);
    expect(tokenFiles).toEqual([join(folder, 'token'), join(folder, 'token')]);
  });

  it('does not use the token that was once read from it', () => {
    const [user] = loadFrom(write('one', kubeconfig('one', { token: 'old', tokenFile: '/token' }))).users;
    expect(user).not.toHaveProperty('token');
    expect(user?.authProvider?.config.tokenFile).toBe('/token');
  });
});

describe('a kubeconfig that cannot be used', () => {
  const [cluster] = kubeconfig('a').clusters;
  it.each([
    ['is empty', '', 'expected a document'],
    ['is not YAML', 'a: [', 'unexpected end of the stream'],
    ['is something else', 'hello', 'it is not a kubeconfig'],
    ['is a list', '[]', 'it is not a kubeconfig'],
    ['has a cluster without content', { clusters: [{ name: 'a' }] }, 'clusters[0].cluster is missing'],
    ['names no context', { clusters: [] }, 'it has no current-context'],
    ['names an unknown context', { clusters: [], 'current-context': 'a' }, "there is no context 'a'"],
    ['names an unknown cluster', { ...kubeconfig('a'), clusters: [] }, "context 'a' names no known cluster"],
    [
      'names an unknown user',
      { ...kubeconfig('a'), users: [], clusters: [cluster] },
      "context 'a' names no known user",
    ],
  ])('%s: one line that says so, and which file', (_name, content, message) => {
    const file = write('broken', content);
    let error: unknown;
    try {
      loadFrom(file);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(Error);
    expect((error as Error).message).toContain(file);
    expect((error as Error).message).toContain(message);
    expect((error as Error).message).not.toContain('\n');
  });

  it('is not there', () => {
    const file = join(folder, 'missing');
    expect(() => loadFrom(file)).toThrow(`kubeconfig ${file}: ENOENT`);
    expect(() => loadFrom([file, file].join(delimiter))).toThrow('none of these files exists');
  });
});
