/** Prometheus' Alertmanager as Debian has it, unpacked once and run on a port of its own. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../../control-plane/free-port.ts';
import { messageOf } from '../../../operator/api/message-of.ts';
import { unpackedPackage } from '../debian-package.ts';
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
  try {
    const unpacked = unpackedPackage(PACKAGE);
    execFileSync('unshare', ['--map-root-user', '--mount', 'true'], { stdio: 'pipe' });
    return { unpacked };
  } catch (error) {
    return { missing: `no Alertmanager: ${messageOf(error)}` };
  }
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
