/**
 * The guide, live: a real control plane, the manifests of `cdk8s synth`, the built operator with the rights of its own
 * ServiceAccount, and a signed push. With `--once` it ends after the walk, exit 0 only when every step was seen to work.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { freePorts } from '../control-plane/free-port.ts';
import { type ControlPlane, startControlPlane } from '../control-plane/start.ts';
import { installChart } from '../test/support/chart.ts';
import { githubDelivery } from '../test/support/github-delivery.ts';
import { type OperatorProcess, startOperatorProcess } from '../test/support/operator-process.ts';
import { bundle } from './bundle.ts';
import { createNarrator, type Narrator } from './demo/narrator.ts';
import { walk } from './demo/walk.ts';

const root = join(import.meta.dirname, '..');

async function install(narrator: Narrator, controlPlane: ControlPlane): Promise<void> {
  await narrator.step('GitRepository and the other kinds of Flux', async () => {
    await controlPlane.applyStandIns();
    return 'small stand-ins for their CRDs';
  });
  await narrator.step('cdk8s synth | kubectl apply', async () => {
    await installChart(controlPlane);
    return 'namespace flux-system, CRD, RBAC, Deployment, Service';
  });
}

async function startOperator(narrator: Narrator, controlPlane: ControlPlane): Promise<OperatorProcess> {
  let operator: OperatorProcess | undefined;
  await narrator.step('The operator, as its own ServiceAccount', async () => {
    const [receiver, health, metrics] = await freePorts(3);
    operator = await startOperatorProcess({
      bundle: await bundle(),
      kubeconfig: await controlPlane.kubeconfigFor({ namespace: 'flux-system', name: 'sluice' }),
      ports: { receiver, health, metrics },
      args: ['--enable-leader-election', '--shutdown-delay=0s'],
      logFile: join(controlPlane.dir, 'operator.log'),
    });
    return `ready at ${operator.url}`;
  });
  if (operator === undefined) throw new Error('the operator did not start');
  return operator;
}

function invite(narrator: Narrator, controlPlane: ControlPlane, url: string, token: string): void {
  const { body, headers } = githubDelivery('ping', token);
  const signature = headers['x-hub-signature-256'];
  narrator.heading('Yours to play with (Ctrl-C ends it)');
  narrator.show(`export KUBECONFIG=${controlPlane.adminKubeconfig}`);
  narrator.show(`kubectl get receivers -A`);
  narrator.show(
    [
      `curl -i ${url} -H 'Content-Type: application/json' -H 'X-GitHub-Event: ping' \\`,
      `  -H 'X-Hub-Signature-256: ${signature}' \\`,
      `  --data-binary '${body.toString().replaceAll("'", "'\\''")}'`,
    ].join('\n'),
  );
}

function untilInterrupted(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}

async function demo(once: boolean): Promise<void> {
  const narrator = createNarrator(process.stdout);
  let controlPlane: ControlPlane | undefined;
  let operator: OperatorProcess | undefined;
  try {
    narrator.heading('A control plane');
    await narrator.step('etcd, kube-apiserver, kube-controller-manager', async (progress) => {
      const begun = performance.now();
      controlPlane = await startControlPlane({ progress });
      return `${controlPlane.url} after ${((performance.now() - begun) / 1000).toFixed(1)} s`;
    });
    if (controlPlane === undefined) throw new Error('the control plane did not start');
    await install(narrator, controlPlane);
    operator = await startOperator(narrator, controlPlane);
    const { path, token } = await walk({ controlPlane, url: operator.url, narrator });
    if (once) return;
    invite(narrator, controlPlane, `${operator.url}${path}`, token);
    await untilInterrupted();
  } finally {
    await operator?.stop();
    await controlPlane?.stop();
  }
}

const { values } = parseArgs({ options: { once: { type: 'boolean', default: false } } });
if (!existsSync(join(root, 'node_modules'))) throw new Error('run it as npm run demo, which installs what it needs');
try {
  await demo(values.once);
} catch (error) {
  console.error(`\n${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
