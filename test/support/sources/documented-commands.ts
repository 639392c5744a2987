/** The commands of a page of the documentation, as a script that can be run. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const DOCS = join(import.meta.dirname, '..', '..', '..', 'docs');
const BLOCK = /^( *)```sh\n([\s\S]*?)^\1```$/gm;
const run = promisify(execFile);

/** @returns the blocks of shell that call `program`, one after the other, without their indentation. */
export async function documentedCommands(page: string, program: string): Promise<string> {
  const text = await readFile(join(DOCS, page), 'utf8');
  return [...text.matchAll(BLOCK)]
    .map(([, indentation = '', block = '']) => block.replaceAll(new RegExp(`^${indentation}`, 'gm'), ''))
    .filter((block) => new RegExp(`\\b${program} `).test(block))
    .join('');
}

/** The command passes the variable for endpoints over where SQS is concerned. */
const AT_MOTO = 'aws() { command aws --endpoint-url "$MOTO" "$@"; }';

export interface AwsShell {
  /** Of moto. */
  readonly url: string;
  /** The folder with `aws`. */
  readonly bin: string;
}

/** Runs a script by a shell that stops at the first error, as somebody who may do everything. @returns what it printed. */
export async function runAws({ url, bin }: AwsShell, script: string): Promise<string> {
  const cwd = await mkdtemp(join(tmpdir(), 'sluice-aws-'));
  const env = {
    MOTO: url,
    PATH: `${bin}${delimiter}${process.env.PATH}`,
    HOME: cwd,
    // The command's first version reads no AWS_REGION.
    AWS_DEFAULT_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'owner',
    AWS_SECRET_ACCESS_KEY: 'owner',
    AWS_PAGER: '',
  };
  try {
    return (await run('sh', ['-eu', '-c', `${AT_MOTO}\n${script}`], { cwd, env })).stdout;
  } finally {
    await rm(cwd, { recursive: true });
  }
}
