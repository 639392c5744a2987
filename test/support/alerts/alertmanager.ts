/** Prometheus' Alertmanager as Debian has it, unpacked once and run on a port of its own. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../../control-plane/free-port.ts';
import { cacheFolder } from '../../../control-plane/go-build.ts';
import { waitFor } from '../wait-for.ts';

const PACKAGE = 'prometheus-alertmanager';
/** Debian's looks for its templates in /usr/share: in a mount namespace of its own that is the unpacked one. */
const RUN = 'mount --bind "$1/usr/share" /usr/share && shift && exec "$@"';
const CONFIG = 'route: { receiver: nobody }\nreceivers: [{ name: nobody }]\n';

export interface Alertmanager {
  /** `http://127.0.0.1:port`. */
  readonly url: string;
  /** The alerts that it has, those that are resolved left out. */
  firing(): Promise<readonly FiringAlert[]>;
  stop(): Promise<void>;
}

export interface FiringAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** The folder that it is unpacked in, or the reason why there is none. */
export function findAlertmanager(): { readonly unpacked: string } | { readonly missing: string } {
  const folder = join(cacheFolder(), '..', 'alertmanager');
  const program = join(folder, 'usr', 'bin', PACKAGE);
  try {
    if (!existsSync(program)) unpack(folder);
    execFileSync('unshare', ['--map-root-user', '--mount', 'true'], { stdio: 'pipe' });
    return { unpacked: folder };
  } catch (error) {
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    return { missing: `no Alertmanager: ${reason}` };
  }
}

function unpack(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const apt = (...args: string[]) => execFileSync('apt-get', args, { cwd: folder, stdio: 'pipe' });
  try {
    apt('download', '-qq', '-o', 'APT::Sandbox::User=root', PACKAGE);
  } catch {
    // Where apt has never looked, it knows no package.
    apt('update', '-qq');
    apt('download', '-qq', '-o', 'APT::Sandbox::User=root', PACKAGE);
  }
  const file = readdirSync(folder).find((name) => name.endsWith('.deb'));
  if (file === undefined) throw new Error(`apt-get download gave no ${PACKAGE}`);
  execFileSync('dpkg-deb', ['-x', file, '.'], { cwd: folder, stdio: 'pipe' });
}

export async function startAlertmanager(unpacked: string): Promise<Alertmanager> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-alertmanager-'));
  const configFile = join(folder, 'config.yaml');
  writeFileSync(configFile, CONFIG);
  const url = `http://127.0.0.1:${await freePort()}`;
  const flags = [`--config.file=${configFile}`, `--storage.path=${folder}`, '--cluster.listen-address='];
  const command = [join(unpacked, 'usr', 'bin', PACKAGE), ...flags, `--web.listen-address=${new URL(url).host}`];
  const namespace = ['--map-root-user', '--mount', 'sh', '-c', RUN, 'sh', unpacked];
  const child = spawn('unshare', [...namespace, ...command], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  await waitFor('Alertmanager to be ready', async () => {
    if (child.exitCode !== null) throw new Error(`Alertmanager ended with ${child.exitCode}`);
    return (await fetch(`${url}/-/ready`)).ok;
  });
  return {
    url,
    firing: async () => (await (await fetch(`${url}/api/v2/alerts?active=true`)).json()) as FiringAlert[],
    async stop() {
      child.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
