// Runs kubectl and collects what it says.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Command } from './component.ts';

/** What a kubectl call came to. */
export interface KubectlResult {
  /** Exit code; 0 is success. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where kubectl acts and keeps its discovery cache. */
export interface KubectlOptions {
  readonly command: Command;
  readonly kubeconfig: string;
  readonly dir: string;
  /** Text for its standard input. */
  readonly input?: string | undefined;
}

/** Runs kubectl to its end. Throws only when it cannot be started at all. */
export function runKubectl(args: readonly string[], options: KubectlOptions): Promise<KubectlResult> {
  const [file, ...leadingArgs] = options.command;
  return new Promise((resolve, reject) => {
    const child = spawn(file, [...leadingArgs, ...args], {
      // The user's own kubectl settings must not change what a test does.
      env: {
        ...process.env,
        KUBECONFIG: options.kubeconfig,
        KUBECACHEDIR: join(options.dir, 'kubectl-cache'),
        KUBECTL_KUBERC: 'false',
      },
    });
    const output = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (output.stdout += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (output.stderr += chunk));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 1, ...output }));
    // kubectl may end before it has read everything; its exit code tells.
    child.stdin.on('error', () => undefined).end(options.input ?? '');
  });
}
