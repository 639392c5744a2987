/** A cluster of its own with the installed chart, the built operator run as the chart runs it, and Receivers. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseAllDocuments } from 'yaml';
import { freePorts } from '../../control-plane/free-port.ts';
import { type ControlPlane, startControlPlane } from '../../control-plane/start.ts';
import type { KubeClient } from '../../operator/kube/kube-client.ts';
import { bundle } from '../../scripts/bundle.ts';
import { synthesize } from '../../test/support/chart.ts';
import { kubeClientFor } from '../../test/support/kube-client-for.ts';
import { type OperatorProcess, startOperatorProcess } from '../../test/support/operator-process.ts';
import { cpuSecondsOf } from './process-facts.ts';
import { createReceivers, createSurroundings, NAMESPACE, nameOf, targetPath, watchReady } from './receivers.ts';

/** How many Receivers there are. */
export type StageSize = 0 | 2 | 1_000 | 10_000;

/** What making the Receivers showed. */
export interface Population {
  /** Of the Receivers in their order; empty for a stage of none. */
  readonly paths: readonly string[];
  /** Of their targets, on the API server. */
  readonly targetPaths: readonly string[];
  readonly readySeconds: number;
  readonly cpuMsEach: number;
  /** One more, made while the others waited for their turn. */
  readonly newcomerSeconds: number;
}

export interface Stage {
  readonly size: StageSize;
  readonly controlPlane: ControlPlane;
  /** With all rights. */
  readonly client: KubeClient;
  readonly operator: OperatorProcess;
  /** What the chart gives the operator in its environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Kubeconfig of the operator's ServiceAccount. */
  readonly kubeconfig: string;
  /** Made when it is first asked for. */
  population(): Promise<Population>;
  /** The same with an operator that has done nothing yet. */
  restartOperator(): Promise<void>;
  /** Another one with further flags, which serves as the first one does and does not lead; whoever starts it ends it. */
  startBeside(args: readonly string[]): Promise<OperatorProcess>;
  end(): Promise<void>;
}

/** How the Deployment of the chart runs the operator, but for its addresses. */
interface Command {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

interface EnvVariable {
  readonly name: string;
  readonly value?: string;
}

const SHUTDOWN = '--shutdown-delay=0s';
/** The newcomer comes when so much of the work is still to do. */
const NEWCOMER_AFTER = 0.5;

function commandOf(manifests: string): Command {
  const deployment = parseAllDocuments(manifests)
    .map((document) => document.toJS())
    .find((object) => object?.kind === 'Deployment');
  const { args, env } = deployment.spec.template.spec.containers[0];
  return {
    args: args.filter((flag: string) => !/^--(receiverAddr|health-addr|metrics-addr|events-addr)=/.test(flag)),
    // Those that the chart gives a value; the pod's own facts are not among them.
    env: Object.fromEntries(
      env.filter(({ value }: EnvVariable) => value !== undefined).map(({ name, value }: EnvVariable) => [name, value]),
    ),
  };
}

/** @param nodeOptions of the operator, beside those of the chart. */
export async function createStage(size: StageSize, nodeOptions = ''): Promise<Stage> {
  const controlPlane = await startControlPlane({ ours: true });
  const manifests = await synthesize();
  const command = commandOf(manifests);
  await controlPlane.applyStandIns();
  await controlPlane.apply(manifests);
  await controlPlane.apply(JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } }));
  const kubeconfig = await controlPlane.kubeconfigFor({ namespace: 'flux-system', name: 'sluice' });
  const client = kubeClientFor(controlPlane.adminKubeconfig);

  async function start(args: readonly string[] = []): Promise<OperatorProcess> {
    const [receiver, health, metrics, events] = await freePorts(4);
    return await startOperatorProcess({
      bundle: await bundle(),
      kubeconfig,
      ports: { receiver, health, metrics, events },
      args: [...command.args, SHUTDOWN, ...args],
      env: { ...command.env, NODE_OPTIONS: `${command.env.NODE_OPTIONS ?? ''} ${nodeOptions}`.trim() },
      logFile: join(controlPlane.dir, 'operator.log'),
      guard: controlPlane.guard,
    });
  }

  let operator = await start();
  let population: Promise<Population> | undefined;
  const stage: Stage = {
    size,
    controlPlane,
    client,
    env: command.env,
    kubeconfig,
    get operator() {
      return operator;
    },
    population() {
      population ??= populate(stage);
      return population;
    },
    async restartOperator() {
      await operator.stop();
      operator = await start();
    },
    startBeside: start,
    async end() {
      await operator.stop();
      await client.close();
      await controlPlane.stop();
    },
  };
  return stage;
}

async function populate({ size, client, operator }: Stage): Promise<Population> {
  if (size === 0) return { paths: [], targetPaths: [], readySeconds: 0, cpuMsEach: 0, newcomerSeconds: 0 };
  const names = Array.from({ length: size }, (_, index) => nameOf(index));
  await createSurroundings(client, [...names, 'newcomer']);
  const ready = await watchReady(client);
  const cpuSeconds = cpuSecondsOf(operator.pid);
  const begunMs = performance.now();
  const secondsSince = (sinceMs: number): number => (performance.now() - sinceMs) / 1000;
  const newcomer = (async () => {
    await ready.whenReady(size * NEWCOMER_AFTER);
    const createdMs = performance.now();
    await createReceivers(client, ['newcomer']);
    while (!ready.paths.has('newcomer')) await sleep(5);
    return secondsSince(createdMs);
  })();
  await createReceivers(client, names);
  console.log(
    `    ${size} Receivers created in ${secondsSince(begunMs).toFixed(1)} s, ${ready.paths.size} Ready by then`,
  );
  const newcomerSeconds = await newcomer;
  await ready.whenReady(size + 1);
  const readySeconds = secondsSince(begunMs);
  const cpuMsEach = ((cpuSecondsOf(operator.pid) - cpuSeconds) * 1000) / size;
  const paths = names.map((name) => ready.paths.get(name) ?? '');
  await ready.stop();
  return { paths, targetPaths: names.map(targetPath), readySeconds, cpuMsEach, newcomerSeconds };
}
