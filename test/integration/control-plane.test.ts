import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signServiceAccountToken } from '../../control-plane/service-account-token.ts';
import type { ControlPlane } from '../../control-plane/start.ts';
import { freshNamespace, ownControlPlane, sharedControlPlane } from '../support/control-plane.ts';

describe('the shared control plane', () => {
  it('gives each test a namespace of its own', async () => {
    const cluster = await sharedControlPlane();
    const first = await freshNamespace(cluster);
    const second = await freshNamespace(cluster);
    expect(first).not.toBe(second);
    expect((await cluster.kubectl(['get', 'namespace', first, second])).code).toBe(0);
  });

  it('serves the stand-ins for the kinds of Flux', async () => {
    const cluster = await sharedControlPlane();
    const namespace = await freshNamespace(cluster);
    await cluster.apply(`
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: { name: my-nginx, namespace: ${namespace} }
spec: { interval: 15m, url: https://example.com/my-nginx }`);
    const got = await cluster.kubectl([
      'get',
      'gitrepo',
      'my-nginx',
      '-n',
      namespace,
      '-o',
      'jsonpath={.spec.interval}',
    ]);
    expect(got).toEqual({ code: 0, stdout: '15m', stderr: '' });
  });

  it('has the rights of a ServiceAccount decided by RBAC', async () => {
    const cluster = await sharedControlPlane();
    const namespace = await freshNamespace(cluster);
    await cluster.apply(`
apiVersion: v1
kind: ServiceAccount
metadata: { name: reader, namespace: ${namespace} }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: reader, namespace: ${namespace} }
rules: [{ apiGroups: [""], resources: [secrets], verbs: [list] }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: reader, namespace: ${namespace} }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader }
subjects: [{ kind: ServiceAccount, name: reader, namespace: ${namespace} }]`);
    const kubeconfig = await cluster.kubeconfigFor({ namespace, name: 'reader' });
    const allowed = await cluster.kubectl(['get', 'secrets', '-n', namespace], { kubeconfig });
    const refused = await cluster.kubectl(['get', 'configmaps', '-n', namespace], { kubeconfig });
    expect(allowed.code).toBe(0);
    expect(refused.stderr).toContain(`system:serviceaccount:${namespace}:reader`);
  });

  it('accepts a token that expires in seconds, and refuses one that has expired', async () => {
    const cluster = await sharedControlPlane();
    const namespace = await freshNamespace(cluster);
    const account = { namespace, name: 'shortlived' };
    await cluster.apply(JSON.stringify({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: account }));
    const { url, dir } = cluster;
    const whoami = async (token: string) =>
      cluster.kubectl(
        ['auth', 'whoami', `--server=${url}`, `--certificate-authority=${dir}/ca.crt`, `--token=${token}`],
        { kubeconfig: '/dev/null' },
      );
    const valid = await whoami(await signServiceAccountToken(cluster, { ...account, lifetimeSeconds: 300 }));
    expect(valid.stdout).toContain(`system:serviceaccount:${namespace}:shortlived`);
    const expired = await whoami(await signServiceAccountToken(cluster, { ...account, lifetimeSeconds: -90 }));
    expect(expired.stderr).toContain('Unauthorized');
  });

  it('knows a client certificate as its user and groups', async () => {
    const cluster = await sharedControlPlane();
    const kubeconfig = await cluster.kubeconfigForUser('jane', ['gardeners']);
    const who = await cluster.kubectl(['auth', 'whoami', '-o', 'json'], { kubeconfig });
    const { username, groups } = JSON.parse(who.stdout).status.userInfo;
    expect(username).toBe('jane');
    expect(groups).toEqual(['gardeners', 'system:authenticated']);
  });

  it('runs the controllers: a Deployment gets pods, and a deleted namespace goes with its content', async ({
    skip,
  }) => {
    const cluster = await sharedControlPlane();
    if (!cluster.facts.controllers) {
      skip('the test programs in use have no kube-controller-manager');
    }
    const namespace = await freshNamespace(cluster);
    await cluster.apply(`
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: ${namespace} }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: example.com/web }] }`);
    const replicas = ['--for=jsonpath={.status.replicas}=2', '--timeout=300s'];
    expect(await cluster.kubectl(['wait', 'deployment/web', '-n', namespace, ...replicas])).toMatchObject({ code: 0 });
    const pods = await cluster.kubectl(['get', 'pods', '-n', namespace, '-o', 'name']);
    expect(pods.stdout.trim().split('\n')).toHaveLength(2);
    const deleted = await cluster.kubectl(['delete', 'namespace', namespace, '--timeout=300s']);
    expect(deleted).toMatchObject({ code: 0 });
  });

  it('says that it cannot be killed', async () => {
    const cluster = await sharedControlPlane();
    await expect(cluster.killApiServer()).rejects.toThrow('shared with other files');
  });
});

describe('a control plane of its own', () => {
  let controlPlane: ControlPlane;
  beforeAll(async () => {
    controlPlane = await ownControlPlane({ controllerManager: false });
  });
  afterAll(() => controlPlane?.stop());

  it('comes back on the same port with what it held, after its API server was killed', async () => {
    const namespace = await freshNamespace(controlPlane);
    await controlPlane.killApiServer();
    expect((await controlPlane.kubectl(['get', '--raw', '/readyz'])).code).not.toBe(0);
    await controlPlane.startApiServer(['--max-requests-inflight=50']);
    expect((await controlPlane.kubectl(['get', 'namespace', namespace])).code).toBe(0);
  });

  it('leaves nothing behind when it is stopped', async () => {
    expect(existsSync(controlPlane.dir)).toBe(true);
    await controlPlane.stop();
    expect(existsSync(controlPlane.dir)).toBe(false);
    expect((await controlPlane.kubectl(['get', '--raw', '/readyz'])).code).not.toBe(0);
  });
});

describe('a run that ends without a stop', () => {
  const START = join(import.meta.dirname, '..', '..', 'control-plane', 'start.ts');

  /** A process of its own that has started a control plane. */
  async function startRun() {
    const code = `
      import { startControlPlane } from ${JSON.stringify(START)};
      const controlPlane = await startControlPlane({ ours: true });
      console.log(controlPlane.dir);
      setInterval(() => undefined, 1000);`;
    const run = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [dir] = await once(createInterface({ input: run.stdout }), 'line');
    return { run, dir: String(dir) };
  }

  const serversOf = (dir: string): string[] =>
    execFileSync('ps', ['-Aww', '-o', 'args='], { encoding: 'utf8' })
      .split('\n')
      .filter((args) => args.includes(dir));

  it.each(['SIGKILL', 'SIGINT', 'SIGTERM'] as const)('by %s leaves no process and no folder', async (signal) => {
    const { run, dir } = await startRun();
    expect(serversOf(dir).length).toBeGreaterThanOrEqual(2);
    run.kill(signal);
    await once(run, 'exit');
    await expect.poll(() => existsSync(dir)).toBe(false);
    expect(serversOf(dir)).toEqual([]);
  });
});
