/** The commands of a page of the documentation, as a script that can be run. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { commandBlocksOf } from '../document.ts';

/** @param page under `docs`. @returns the blocks of shell that call `program`, one after the other, without their indentation. */
export async function documentedCommands(page: string, program: string): Promise<string> {
  const blocks = await commandBlocksOf(`docs/${page}`);
  return blocks.filter((block) => new RegExp(`\\b${program} `).test(block)).join('');
}

/** @returns the command that a condition's message names. @throws Error where it names none. */
export function commandIn(message: string): string {
  const command = /make it(?: with)?: (.+)$/.exec(message)?.[1];
  if (command === undefined) throw new Error(`no command in: ${message}`);
  return command;
}

export interface Shell {
  /** The folder with the programs, before those of the machine. */
  readonly bin: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What is typed where a program asks. */
  readonly input?: string;
}

/** Runs a script by a shell that stops at the first error, in a folder of its own. @returns what it printed. */
export async function runScript({ bin, env = {}, input = '' }: Shell, script: string): Promise<string> {
  const cwd = await mkdtemp(join(tmpdir(), 'sluice-script-'));
  const own = { HOME: cwd, ...env, PATH: `${bin}${delimiter}${env.PATH ?? process.env.PATH}` };
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const child = execFile('sh', ['-eu', '-c', script], { cwd, env: own }, (error, stdout, stderr) =>
    error === null ? resolve(stdout) : reject(new Error(`${error.message}\n${stdout}${stderr}`)),
  );
  child.stdin?.end(input);
  try {
    return await promise;
  } finally {
    await rm(cwd, { recursive: true });
  }
}

/** The command passes the variable for endpoints over where SQS is concerned. */
const AT_MOTO = 'aws() { command aws --endpoint-url "$MOTO" "$@"; }';

export interface AwsShell {
  /** Of moto. */
  readonly url: string;
  /** The folder with `aws`. */
  readonly bin: string;
}

/** Runs a script as somebody who may do everything. @returns what it printed. */
export function runAws({ url, bin }: AwsShell, script: string): Promise<string> {
  const env = {
    MOTO: url,
    // The command's first version reads no AWS_REGION.
    AWS_DEFAULT_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'owner',
    AWS_SECRET_ACCESS_KEY: 'owner',
    AWS_PAGER: '',
  };
  return runScript({ bin, env }, `${AT_MOTO}\n${script}`);
}
