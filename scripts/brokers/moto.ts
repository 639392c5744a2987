/**
 * moto: Amazon's SQS, SNS, EventBridge, S3 and STS as one server in Python, with Amazon's own command beside it. It takes any
 * credentials and allows everything.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../control-plane/free-port.ts';
import { answersOk } from '../../control-plane/probe.ts';
import type { Progress } from '../../control-plane/progress.ts';
import { installOnce } from './install-once.ts';
import { type ServerProcess, startServerProcess } from './server-process.ts';

export interface Moto extends ServerProcess {
  /** `http://127.0.0.1:port`, for every service. */
  readonly url: string;
  /** The folder with `aws`, Amazon's own command. */
  readonly bin: string;
}

const requirements = join(import.meta.dirname, 'moto-requirements.txt');

/** @param port of an earlier one, to start it again. @throws Error with one line that says what this machine lacks. */
export async function startMoto(progress: Progress, port?: number): Promise<Moto> {
  const folder = await installOnce(
    {
      name: 'moto',
      content: '',
      files: { 'requirements.txt': readFileSync(requirements, 'utf8') },
      commands: [
        ['python3', '-m', 'venv', 'venv'],
        [join('venv', 'bin', 'pip'), 'install', '--no-input', '--disable-pip-version-check', '-r', 'requirements.txt'],
      ],
    },
    progress,
  );
  const bin = join(folder, 'venv', 'bin');
  const ownPort = port ?? (await freePort());
  const url = `http://127.0.0.1:${ownPort}`;
  const server = await startServerProcess({
    name: 'moto',
    command: [join(bin, 'python'), '-m', 'moto.server'],
    args: ['--host', '127.0.0.1', '--port', String(ownPort)],
    ready: () => answersOk(`${url}/moto-api/data.json`),
  });
  return { ...server, url, bin };
}
