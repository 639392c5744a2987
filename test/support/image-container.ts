/**
 * The image as a container engine would run it, without one: its root filesystem read-only, as the user that its
 * configuration names, without any capability, with its environment and no other. The network is this machine's. Root
 * needs no user namespace for that; anybody else becomes the image's user in one.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from '../../control-plane/component.ts';
import { image } from '../../scripts/image/image.ts';
import { findUmoci } from '../../scripts/image/oci-layout.ts';
import { unpackedPackage } from './debian-package.ts';

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
mount --rbind /proc "$root/proc"
mount -t tmpfs -o mode=0755 tmpfs "$root/run"
install -m 0444 "\${KUBECONFIG:-/dev/null}" "$root/run/kubeconfig"
mount -o remount,bind,ro "$root/run"
exec env -i KUBECONFIG=/run/kubeconfig RUNTIME_NAMESPACE="\${RUNTIME_NAMESPACE:-}" "$@"
`;

const isRoot = process.getuid?.() === 0;
/** Without an engine mounts need root, or a user namespace in which one's own user is the image's. */
const NAMESPACES: readonly string[] = isRoot ? ['--mount'] : ['--mount', '--user', '--keep-caps', ...ownUserAs()];

function ownUserAs(): readonly string[] {
  const [user, group] = image.user.split(':');
  return [`--map-user=${user}`, `--map-group=${group}`];
}

/** @returns in one line what this machine refuses, so that the image cannot be run; or undefined. */
export function missingForContainer(): string | undefined {
  const { status } = spawnSync('unshare', [...NAMESPACES, 'true']);
  return status === 0 ? undefined : 'this machine gives neither root nor anybody a mount namespace';
}

/**
 * @param layout an OCI image layout. @param tag of the image in it.
 * @param folder to unpack into, which must not exist.
 */
export function unpackImage(layout: string, tag: string, folder: string): ImageContainer {
  const unpack = ['unpack', ...(isRoot ? [] : ['--rootless']), '--image', `${layout}:${tag}`, folder];
  execFileSync(findUmoci(), unpack, { stdio: ['ignore', 'ignore', 'inherit'] });
  const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as RuntimeConfig;
  const { user, args, env } = config.process;
  const [program = '', ...rest] = args;
  const root = join(folder, 'rootfs');
  // In a user namespace it is that user already, and the groups are as they are.
  const becomes = isRoot ? [`--gid=${user.gid}`, `--groups=${user.gid}`, `--uid=${user.uid}`] : [];
  const rights = ['--drop=all', '--inh=', '--noamb', ...becomes, '--no-new-privs'];
  const limits = [capsh(), `--chroot=${root}`, ...rights, `--shell=${program}`, '--'];
  const inside: Command = ['unshare', ...NAMESPACES, 'sh', '-euc', SCRIPT, 'container', root, ...env, ...limits];
  const [unshare, ...words] = inside;
  return {
    entrypoint: [...inside, ...rest],
    node: (...more) => execFileSync(unshare, [...words, ...more], { encoding: 'utf8' }),
  };
}

/** Debian moved it from one folder to the other. */
function capsh(): string {
  const [file] = globSync(join(unpackedPackage('libcap2-bin'), '{usr/sbin,sbin}', 'capsh'));
  if (file === undefined) throw new Error("Debian's package libcap2-bin has no capsh");
  return file;
}
