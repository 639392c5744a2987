/** The built operator as a child process, with the rights of its ServiceAccount. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from '../../control-plane/component.ts';
import { bundle } from '../../scripts/bundle.ts';

/** The environment variable with the path of the bundle, where a run has made it. */
export const BUNDLE_VARIABLE = 'SLUICE_TEST_BUNDLE';

/** The path of the built operator. */
export async function builtOperator(): Promise<string> {
  return process.env[BUNDLE_VARIABLE] ?? (await bundle());
}

export interface OperatorProcess {
  /** `http://127.0.0.1:port` of the receiver server. */
  readonly url: string;
  readonly metricsUrl: string;
  /** Of the event server, where `ports.events` gives it one. */
  readonly eventsUrl: string;
  /** `http://127.0.0.1:port` of the page and its API, where `ports.page` gives it one. */
  readonly pageUrl: string;
  /** @param path `/healthz` or `/readyz` */
  healthUrl(path: string): string;
  readonly pid: number;
  /** Sends a signal, by default SIGTERM, and waits for the end. @returns the exit code; 1 where a signal ended it. */
  stop(signal?: NodeJS.Signals): Promise<number>;
}

export interface OperatorProcessOptions {
  /** Path of the bundle. */
  readonly bundle: string;
  /** What is run instead of this process's Node with the bundle. */
  readonly command?: Command;
  readonly kubeconfig: string;
  readonly ports: {
    readonly receiver: number;
    readonly health: number;
    readonly metrics: number;
    readonly events?: number;
    readonly page?: number;
  };
  readonly args?: readonly string[];
  /** Beside this process's own environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where its log goes. */
  readonly logFile: string;
  /** Has somebody end it should this process be killed. */
  readonly guard?: (child: ChildProcess) => void;
}

const READY_WITHIN_MS = 300_000;

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

async function waitForReady(child: ChildProcess, url: string, logFile: string): Promise<void> {
  const until = Date.now() + READY_WITHIN_MS;
  while (!(await isReady(url))) {
    const ended = child.exitCode ?? child.signalCode;
    if (ended !== null) throw new Error(`the operator ended with ${ended}; its log: ${logFile}`);
    if (Date.now() > until) throw new Error(`the operator was not ready in time; its log: ${logFile}`);
    await sleep(50);
  }
}

/** Starts the operator and waits until /readyz says 200. */
export async function startOperatorProcess(options: OperatorProcessOptions): Promise<OperatorProcess> {
  const { bundle, kubeconfig, ports, args = [], env = {}, logFile, guard } = options;
  const [program, ...words] = options.command ?? [process.execPath, bundle];
  const flags = [
    `--receiverAddr=127.0.0.1:${ports.receiver}`,
    `--events-addr=127.0.0.1:${ports.events ?? 0}`,
    `--health-addr=127.0.0.1:${ports.health}`,
    `--metrics-addr=127.0.0.1:${ports.metrics}`,
    `--page-addr=${ports.page === undefined ? '' : `127.0.0.1:${ports.page}`}`,
    ...args,
  ];
  const log = openSync(logFile, 'a');
  const child = spawn(program, [...words, ...flags], {
    env: { ...process.env, KUBECONFIG: kubeconfig, RUNTIME_NAMESPACE: 'flux-system', ...env },
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  guard?.(child);
  await waitForReady(child, `http://127.0.0.1:${ports.health}/readyz`, logFile);
  return {
    url: `http://127.0.0.1:${ports.receiver}`,
    metricsUrl: `http://127.0.0.1:${ports.metrics}/metrics`,
    eventsUrl: `http://127.0.0.1:${ports.events ?? 0}/`,
    pageUrl: `http://127.0.0.1:${ports.page ?? 0}`,
    healthUrl: (path) => `http://127.0.0.1:${ports.health}${path}`,
    pid: child.pid ?? 0,
    async stop(signal = 'SIGTERM') {
      if (child.exitCode === null && child.signalCode === null) {
        const ended = once(child, 'exit');
        child.kill(signal);
        await ended;
      }
      return child.exitCode ?? 1;
    },
  };
}
