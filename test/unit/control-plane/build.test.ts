import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findControlPlane } from '../../../control-plane/build.ts';

let assets: string;
beforeEach(() => {
  assets = mkdtempSync(join(tmpdir(), 'sluice-assets-'));
});
afterEach(() => rmSync(assets, { recursive: true, force: true }));

function install(...names: string[]): void {
  for (const name of names) {
    writeFileSync(join(assets, name), '#!/bin/sh\n', { mode: 0o755 });
  }
}

const everyPlatform = Object.fromEntries(
  ['linux-amd64', 'linux-arm64', 'darwin-amd64', 'darwin-arm64'].map((platform) => [platform, '00']),
);

const find = (path = '') => findControlPlane(() => undefined, { KUBEBUILDER_ASSETS: assets, PATH: path });

describe('findControlPlane without KUBEBUILDER_ASSETS', () => {
  it('says in one error what to install, when there is no build, no Go and no archive', async () => {
    const release = { version: 'v0.0.1', baseUrl: 'http://127.0.0.1:9', checksums: everyPlatform };
    const finding = findControlPlane(() => undefined, { XDG_CACHE_HOME: assets, PATH: '/nowhere' }, release);
    await expect(finding).rejects.toMatchObject({
      code: 'no_control_plane',
      message: expect.stringMatching(
        /install Go .* KUBEBUILDER_ASSETS[\s\S]*go cannot be run[\s\S]*cannot be downloaded/,
      ),
    });
  });
});

describe('findControlPlane with KUBEBUILDER_ASSETS', () => {
  it('takes the programs from there', async () => {
    install('etcd', 'kube-apiserver', 'kube-controller-manager', 'kubectl');
    expect(await find()).toEqual({
      source: `KUBEBUILDER_ASSETS (${assets})`,
      etcd: [join(assets, 'etcd')],
      kubeApiServer: [join(assets, 'kube-apiserver')],
      kubeControllerManager: [join(assets, 'kube-controller-manager')],
      kubectl: [join(assets, 'kubectl')],
    });
  });

  it('does without kube-controller-manager, which the published assets lack', async () => {
    install('etcd', 'kube-apiserver', 'kubectl');
    expect(await find()).not.toHaveProperty('kubeControllerManager');
  });

  it('takes kubectl from the PATH when it is not there', async () => {
    install('etcd', 'kube-apiserver');
    const other = mkdtempSync(join(tmpdir(), 'sluice-path-'));
    writeFileSync(join(other, 'kubectl'), '#!/bin/sh\n', { mode: 0o755 });
    expect((await find(`/nowhere:${other}`)).kubectl).toEqual([join(other, 'kubectl')]);
    rmSync(other, { recursive: true });
  });

  it.each([
    ['etcd', ['kube-apiserver', 'kubectl']],
    ['kube-apiserver', ['etcd', 'kubectl']],
    ['kubectl', ['etcd', 'kube-apiserver']],
  ])('says that %s is missing', async (missing, there) => {
    install(...there);
    await expect(find()).rejects.toThrow(`KUBEBUILDER_ASSETS (${assets}) has no ${missing}`);
  });

  it('does not count a file that cannot be executed', async () => {
    install('etcd', 'kube-apiserver', 'kubectl');
    chmodSync(join(assets, 'etcd'), 0o644);
    await expect(find()).rejects.toThrow('has no etcd');
  });
});
