/**
 * The image as a container engine would run it, without one: its root filesystem read-only, as the user that its
 * configuration names, without any capability, with its environment and no other. The network is this machine's.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from '../../control-plane/component.ts';

/** What the image says of its process, as umoci unpacks it for a runtime. */
interface RuntimeConfig {
  readonly process: {
    readonly user: { readonly uid: number; readonly gid: number };
    readonly args: readonly string[];
    readonly env: readonly string[];
  };
}

export interface ImageContainer {
  /** Runs the entrypoint; arguments may follow. The file that KUBECONFIG names is visible to it. */
  readonly entrypoint: Command;
  /** Runs the image's Node with these arguments. @returns what it wrote. @throws Error when it fails. */
  node(...args: readonly string[]): string;
}

/** The mounts of a container, then the command. */
const SCRIPT = `
root=$1; shift
mount --bind "$root" "$root"
mount -o remount,bind,ro "$root"
mount --rbind /dev "$root/dev"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=0755 tmpfs "$root/run"
install -m 0444 "\${KUBECONFIG:-/dev/null}" "$root/run/kubeconfig"
mount -o remount,ro "$root/run"
exec env -i KUBECONFIG=/run/kubeconfig RUNTIME_NAMESPACE="\${RUNTIME_NAMESPACE:-}" "$@"
`;

/** @returns in one line what this machine lacks to run the image, or undefined. */
export function missingForContainer(): string | undefined {
  if (spawnSync('unshare', ['--mount', 'true']).status !== 0) return 'a mount namespace needs root';
  return capsh() === '' ? 'running the image needs capsh: on Debian, apt-get install libcap2-bin' : undefined;
}

/**
 * @param layout an OCI image layout. @param tag of the image in it.
 * @param folder to unpack into, which must not exist.
 */
export function unpackImage(layout: string, tag: string, folder: string): ImageContainer {
  execFileSync('umoci', ['unpack', '--image', `${layout}:${tag}`, folder], { stdio: ['ignore', 'ignore', 'inherit'] });
  const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as RuntimeConfig;
  const { user, args, env } = config.process;
  const [program = '', ...rest] = args;
  const root = join(folder, 'rootfs');
  const rights = ['--drop=all', `--gid=${user.gid}`, `--groups=${user.gid}`, `--uid=${user.uid}`, '--no-new-privs'];
  const limits = [capsh(), `--chroot=${root}`, ...rights, `--shell=${program}`, '--'];
  const inside: Command = ['unshare', '--mount', 'sh', '-euc', SCRIPT, 'container', root, ...env, ...limits];
  const [unshare, ...words] = inside;
  return {
    entrypoint: [...inside, ...rest],
    node: (...more) => execFileSync(unshare, [...words, ...more], { encoding: 'utf8' }),
  };
}

/** The path of the program, found before the environment is cleared; empty where there is none. */
function capsh(): string {
  return spawnSync('sh', ['-c', 'command -v capsh'], { encoding: 'utf8' }).stdout.trim();
}
