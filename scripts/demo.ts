/**
 * The guide, live: a real control plane, the manifests of `cdk8s synth`, the built operator with the rights of its own
 * ServiceAccount, a signed push, an event that an Alert sends on, and the page that shows what came; with `--brokers` also a message of a queue. With `--once`
 * it ends after the walk, exit 0 only when every step was seen to work.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { endWithParent } from '../control-plane/end-with-parent.ts';
import { freePorts } from '../control-plane/free-port.ts';
import { type ControlPlane, startControlPlane } from '../control-plane/start.ts';
import { installChart } from '../test/support/chart.ts';
import { githubDelivery } from '../test/support/github-delivery.ts';
import { type OperatorProcess, startOperatorProcess } from '../test/support/operator-process.ts';
import { bundle } from './bundle.ts';
import { walkAlert } from './demo/alert-walk.ts';
import { type BrokerHook, walkBroker } from './demo/broker-walk.ts';
import { fluxEvent } from './demo/manifests.ts';
import { createNarrator, type Narrator } from './demo/narrator.ts';
import { walkPage } from './demo/page-walk.ts';
import { type Sink, startSink } from './demo/sink.ts';
import { type Hook, walk } from './demo/walk.ts';

const root = join(import.meta.dirname, '..');
/** In the run's folder. */
const LOG_FILE = 'operator.log';

async function install(narrator: Narrator, controlPlane: ControlPlane): Promise<void> {
  await narrator.step('GitRepository and the other kinds of Flux', async () => {
    await controlPlane.applyStandIns();
    return 'small stand-ins for their CRDs';
  });
  await narrator.step('cdk8s synth | kubectl apply', async () => {
    await installChart(controlPlane);
    return 'namespace flux-system, CRDs, RBAC, Deployment, Services';
  });
}

/** The operator, and where its event server is. */
interface Started {
  readonly operator: OperatorProcess;
  readonly eventsUrl: string;
}

async function startOperator(narrator: Narrator, controlPlane: ControlPlane): Promise<Started> {
  let started: Started | undefined;
  await narrator.step('The operator, as its own ServiceAccount', async () => {
    const [receiver, health, metrics, events, page] = await freePorts(5);
    const operator = await startOperatorProcess({
      bundle: await bundle(),
      kubeconfig: await controlPlane.kubeconfigFor({ namespace: 'flux-system', name: 'sluice' }),
      ports: { receiver, health, metrics, events, page },
      args: ['--enable-leader-election', '--shutdown-delay=0s'],
      logFile: join(controlPlane.dir, LOG_FILE),
      guard: controlPlane.guard,
    });
    started = { operator, eventsUrl: `http://127.0.0.1:${events}/` };
    return `ready: webhooks at ${operator.url}, events at ${started.eventsUrl}`;
  });
  if (started === undefined) throw new Error('the operator did not start');
  return started;
}

/** Prints what to try, as commands that fit a line; what they need is in files of the run's folder. */
function invite(
  narrator: Narrator,
  { dir, adminKubeconfig }: ControlPlane,
  { operator, eventsUrl }: Started,
  hook: Hook,
): void {
  const { body, headers } = githubDelivery('ping', hook.token);
  const fileOf = (name: string): string => join(dir, name);
  const [payloadFile, headersFile, eventFile] = [fileOf('ping.json'), fileOf('ping.headers'), fileOf('event.json')];
  writeFileSync(payloadFile, body);
  writeFileSync(
    headersFile,
    Object.entries(headers)
      .map(([name, value]) => `${name}: ${value}\n`)
      .join(''),
  );
  writeFileSync(eventFile, fluxEvent('Health check passed', 'main@sha1:yours'));
  narrator.heading('Yours to play with (Ctrl-C ends it)');
  narrator.show(
    [
      `export KUBECONFIG=${adminKubeconfig}`,
      'kubectl get receivers,alerts,providers -A',
      `curl -i -H @${headersFile} --data-binary @${payloadFile} ${operator.url}${hook.path}`,
      `curl -i --data-binary @${eventFile} ${eventsUrl}`,
      '',
      `page     ${operator.pageUrl}: click github-receiver, then a delivery; send the webhook above, and see it come`,
      `logs     ${join(dir, LOG_FILE)}`,
      `metrics  ${operator.metricsUrl}`,
      `health   ${operator.healthUrl('/healthz')} and ${operator.healthUrl('/readyz')}`,
    ].join('\n'),
  );
}

function untilInterrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
}

interface DemoOptions {
  readonly once: boolean;
  readonly brokers: boolean;
}

async function demo({ once, brokers }: DemoOptions): Promise<void> {
  const narrator = createNarrator(process.stdout);
  let controlPlane: ControlPlane | undefined;
  let started: Started | undefined;
  let sink: Sink | undefined;
  let broker: BrokerHook | undefined;
  try {
    narrator.heading('A control plane');
    await narrator.step('etcd, kube-apiserver, kube-controller-manager', async (progress) => {
      const begun = performance.now();
      controlPlane = await startControlPlane({ progress });
      return `${controlPlane.url} after ${((performance.now() - begun) / 1000).toFixed(1)} s`;
    });
    if (controlPlane === undefined) throw new Error('the control plane did not start');
    await install(narrator, controlPlane);
    started = await startOperator(narrator, controlPlane);
    const { operator, eventsUrl } = started;
    const stage = { controlPlane, url: operator.url, narrator };
    const hook = await walk(stage);
    let invited = false;
    sink = await startSink((body) => {
      if (invited) narrator.show(`arrived: ${body}`);
    });
    await walkAlert({ ...stage, eventsUrl, sink });
    await walkPage({ narrator, pageUrl: operator.pageUrl });
    if (brokers) broker = await walkBroker(stage);
    if (once) return;
    invited = true;
    invite(narrator, controlPlane, started, hook);
    if (broker !== undefined) narrator.show(`\n${broker.command}`);
    await untilInterrupted();
  } finally {
    await started?.operator.stop();
    await sink?.close();
    await broker?.stop();
    await controlPlane?.stop();
  }
}

endWithParent();
const { values } = parseArgs({
  options: { once: { type: 'boolean', default: false }, brokers: { type: 'boolean', default: false } },
});
if (!existsSync(join(root, 'node_modules'))) throw new Error('run it as npm run demo, which installs what it needs');
try {
  await demo(values);
} catch (error) {
  console.error(`\n${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
