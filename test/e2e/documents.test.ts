// Every command of the documents, run as it is printed: a page is one shell, on a cluster as docs/install.md leaves it.
// Nothing runs pods here, so the operator is a process, and what talks to a pod reaches that process.
import { execFile, spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePorts } from '../../control-plane/free-port.ts';
import { type ControlPlane, startControlPlane } from '../../control-plane/start.ts';
import { type ChartFolder, createChartFolder } from '../support/chart.ts';
import { commandBlocksOf } from '../support/document.ts';
import {
  builtOperator,
  type OperatorProcess,
  type OperatorProcessOptions,
  startOperatorProcess,
} from '../support/operator-process.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const documents = globSync(['*.md', 'docs/**/*.md'], { cwd: ROOT }).sort();
const execute = promisify(execFile);

/** What cannot run here, by the first line of its fence, and why. */
const NOT_HERE: Readonly<Record<string, string>> = {
  'npm run demo   # a real control plane, the operator, a signed push, an alert':
    'runs this test; the demo has its own',
  'npm run check          # format, lint, imports, types, unused code, supply chain, generated files': 'runs this test',
  'npm run fuzz -- --minutes 60': 'takes an hour; the heavy tests run a short one',
  'npm run bench': 'measures, and takes an hour',
  'docker build -t registry.example.com/sluice:0.1.0 .': 'no Docker; image.test.ts runs what is in the Dockerfile',
  'npm install --omit=optional ./sluice-0.1.0.tgz cdk8s cdk8s-plus-28 constructs': 'package.test.ts installs it',
  'node dist/operator.js --tls-cert-file=tls.crt --tls-key-file=tls.key':
    'serves until it is stopped: tls-listener.test.ts',
  'kubectl -n flux-system port-forward deployment/sluice 9443 &': 'needs a certificate: tls-listener.test.ts',
  'curl -i -m 10 -X POST https://hooks.example.com/hook/none': 'the host does not exist',
  'openssl s_client -connect hooks.example.com:443 -servername hooks.example.com </dev/null': 'the host does not exist',
  "kubectl -n flux-system run curl --rm -i --restart=Never --image=curlimages/curl -- -s -o /dev/null -w '%{http_code}' -X POST http://webhook-receiver/hook/none":
    'nothing runs pods',
  'RECEIVER_URL=https://flux-webhook.example.com/hook/0123456789abcdef # status.url of the Receiver':
    'GitHub Actions, AWS and Azure are not here',
  'PROJECT=my-project': 'Google Cloud is not here',
  'DATA=$(printf \'{"action":"INSERT","tag":"europe-docker.pkg.dev/team/images/webapp:v1.2.3"}\' | base64 -w0)':
    'Google Cloud is not here',
};

/** Pages whose commands another test runs, or that need what is not here. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'docs/migrate.md': 'migrate.test.ts',
  'docs/uninstall.md': 'release.test.ts',
  'docs/sources/README.md': 'sources.test.ts has such an object; its broker is not here',
  'docs/sources/sqs.md': 'aws-sources.test.ts',
  'docs/sources/ecr.md': 'aws-sources.test.ts',
  'docs/sources/s3.md': 'aws-sources.test.ts',
  'docs/sources/codecommit.md': 'aws-sources.test.ts',
  'docs/sources/github-sqs.md': "aws-sources.test.ts, but for the gateway's, which no test server has",
  'docs/sources/nats.md': 'source-bridges.test.ts makes the same stream and consumer; the command nats is not here',
  'docs/sources/rabbitmq.md':
    'source-bridges.test.ts makes the same queue and user; rabbitmqctl needs the server as a service',
  'docs/sources/kafka.md':
    'pulled-sources.test.ts reads such topics; the commands are those of a cluster that is not here',
  'docs/sources/artifact-registry.md': 'pulled-sources.test.ts reads such a subscription; Google Cloud is not here',
};

const TARGETS = [
  ['source.toolkit.fluxcd.io/v1', 'GitRepository', 'my-nginx'],
  ['source.toolkit.fluxcd.io/v1', 'HelmRepository', 'charts'],
  ['image.toolkit.fluxcd.io/v1', 'ImageRepository', 'webapp'],
] as const;

let cluster: ControlPlane;
let folder: ChartFolder;
let operator: OperatorProcess | undefined;
let ports: OperatorProcessOptions['ports'] & { readonly events: number };
let env: NodeJS.ProcessEnv;
/** The services of the examples are not reached: nothing listens at this proxy. */
let noService: Readonly<Record<string, string>>;

/** Between two runs of the same commands, which start some programs each. */
const POLL_MS = 300;

const firstLine = (block: string): string => block.split('\n')[0] ?? '';

/** Runs a page's commands in one shell. @returns what they print. */
async function run(blocks: readonly string[]): Promise<string> {
  const script = ["trap 'kill $(jobs -p) 2>/dev/null || true' EXIT", ...blocks].join('\n');
  const { stdout } = await execute('bash', ['-euo', 'pipefail', '-c', script], { cwd: folder.path, env });
  return stdout;
}

async function runnable(document: string): Promise<readonly string[]> {
  return (await commandBlocksOf(document)).filter((block) => !Object.hasOwn(NOT_HERE, firstLine(block)));
}

/** The programs that the commands call: those of this repository, and stand-ins for what talks to a pod. */
async function writePrograms(bin: string): Promise<void> {
  const url = (port: number) => `s#http://localhost:${port}#http://127.0.0.1`;
  const programs = {
    kubectl: `case " $* " in
      *" port-forward "*) exec sleep 600 ;;
      *" rollout status deployment/sluice "*) exit 0 ;;
      *" exec deploy/sluice -- sluice "*)
        while [ "$1" != sluice ]; do shift; done; shift
        exec "${process.execPath}" dist/operator.js "$@" --server "http://127.0.0.1:${ports.page}" ;;
      *" logs "*) exec cat "${join(cluster.dir, 'operator.log')}" ;;
      *) exec ${cluster.facts.kubectlCommand.join(' ')} "$@" ;;
    esac`,
    npx: `exec "${ROOT}/node_modules/.bin/$1" "\${@:2}"`,
    // What the packages and the build would be is there already.
    npm: '[[ "$*" == ci || "$*" == "run build" ]]',
    curl: `args=()
    for arg in "$@"; do
      args+=("$(sed -e '${url(9292)}:${ports.receiver}#' -e '${url(8080)}:${ports.metrics}#' -e '${url(9440)}:${ports.health}#' -e '${url(9090)}:${ports.events}#' <<< "$arg")")
    done
    exec ${spawnSync('which', ['curl'], { encoding: 'utf8' }).stdout.trim()} "\${args[@]}"`,
  };
  await mkdir(bin);
  for (const [name, command] of Object.entries(programs)) {
    await writeFile(join(bin, name), `#!/usr/bin/env bash\n${command}\n`);
    await chmod(join(bin, name), 0o755);
  }
}

beforeAll(async () => {
  [folder, cluster] = await Promise.all([createChartFolder(), startControlPlane({ ours: true })]);
  const [receiver, health, metrics, events, page, refusing] = await freePorts(6);
  ports = { receiver, health, metrics, events, page };
  noService = { HTTPS_PROXY: `http://127.0.0.1:${refusing}` };
  for (const name of ['examples', 'kustomize', 'crds']) await symlink(join(ROOT, name), join(folder.path, name));
  await mkdir(join(folder.path, 'dist'));
  await symlink(await builtOperator(), join(folder.path, 'dist', 'operator.js'));
  const bin = join(folder.path, 'bin');
  await writePrograms(bin);
  env = {
    ...process.env,
    PATH: [bin, join(ROOT, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
    KUBECONFIG: cluster.adminKubeconfig,
    KUBECACHEDIR: join(cluster.dir, 'kubectl-cache'),
  };
  await cluster.applyStandIns();
  const metadata = { namespace: 'flux-system' };
  const targets = TARGETS.map(([apiVersion, kind, name]) => ({ apiVersion, kind, metadata: { ...metadata, name } }));
  await cluster.apply(JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'flux-system' } }));
  await cluster.apply(JSON.stringify({ apiVersion: 'v1', kind: 'List', items: targets }));
});

afterAll(async () => {
  await operator?.stop();
  await cluster?.stop();
  await folder?.remove();
});

describe('the commands of the documents', () => {
  it('are commands, those too that do not run here', async () => {
    const blocks = (await Promise.all(documents.map(commandBlocksOf))).flat();
    for (const block of blocks) {
      const { status, stderr } = spawnSync('sh', ['-n'], { input: block, encoding: 'utf8' });
      expect({ block, status, stderr }).toMatchObject({ status: 0 });
    }
    const first = new Set(blocks.map(firstLine));
    expect(Object.keys(NOT_HERE).filter((line) => !first.has(line))).toEqual([]);
    for (const [page, reason] of Object.entries(ELSEWHERE)) {
      expect(documents).toContain(page);
      process.stdout.write(`not run here: ${page} (${reason})\n`);
    }
    for (const [line, reason] of Object.entries(NOT_HERE)) process.stdout.write(`not run: ${line} (${reason})\n`);
  });

  it('install', async () => {
    const printed = await run([...(await runnable('docs/install.md')), ...(await runnable('README.md'))]);
    expect(printed).toContain('deployment.apps/sluice serverside-applied');
    operator = await startOperatorProcess({
      bundle: await builtOperator(),
      kubeconfig: await cluster.kubeconfigFor({ namespace: 'flux-system', name: 'sluice' }),
      ports,
      args: ['--enable-leader-election', '--shutdown-delay=0s', '--external-url=https://hooks.example.com'],
      env: noService,
      logFile: join(cluster.dir, 'operator.log'),
      guard: cluster.guard,
    });
  });

  it('send a webhook of each type', async () => {
    const printed = await run(await runnable('docs/receivers.md'));
    expect(printed).toContain('https://hooks.example.com/hook/');
    const answers = [...printed.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, status]) => status);
    expect(answers).toEqual(Array(14).fill('200'));
  });

  it('send an event, and find out why its notification does not arrive', async () => {
    const page = await runnable('docs/alerts.md');
    const printed = await run(page);
    expect([...printed.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, status]) => status)).toEqual(['202']);
    const blocks = await runnable('docs/troubleshooting.md');
    const variables = blocks.filter((block) => /^([A-Z]+=[\w-]+\n)+$/.test(block));
    const events = blocks.find((block) => block.includes('"alert/$ALERT"')) ?? '';
    const post = page.find((block) => block.includes('Hello from Sluice')) ?? '';
    let attempts = 0;
    // The operator may hear of the Alert after the event, so that another one is needed.
    const again = () => post.replace('Hello from Sluice', `Hello ${++attempts}`);
    await expect
      .poll(() => run([again(), ...variables, events]), { interval: POLL_MS })
      .toContain('failed to send notification for Kustomization/flux-system/test: ');
  });

  it('find a target that does not exist', async () => {
    const patch = JSON.stringify({ spec: { resources: [{ kind: 'GitRepository', name: 'misspelt' }] } });
    await run([`kubectl -n flux-system patch receiver generic-receiver --type=merge -p '${patch}'`]);
    const blocks = await runnable('docs/troubleshooting.md');
    const send = `curl -s -X POST "http://localhost:9292$(kubectl -n flux-system get receiver "$RECEIVER" -o jsonpath='{.status.webhookPath}')"`;
    const [variables = '', ...rest] = blocks;
    const events = rest.find((block) => block.includes(' events --for')) ?? '';
    await expect
      .poll(() => run([variables, 'RECEIVER=generic-receiver', send, events]), { interval: POLL_MS })
      .toContain('TargetNotFound');
    const printed = await run(blocks);
    expect(printed).toContain('Ready=True Succeeded: Receiver initialized for path: /hook/');
    expect(printed).toContain('"webhook accepted"');
    expect(printed).toContain('sluice_notifications_pending 0');
    expect(printed).toContain('"dispatching event"');
    expect(printed).toMatch(/sluice_alert_events_total\{result="taken"\} [1-9]/);
    expect(printed).toContain('\nok\n');
  });

  const inOrder = /^(README|docs\/(install|receivers|alerts|troubleshooting))\.md$/;
  it.each(documents.filter((document) => !inOrder.test(document) && !Object.hasOwn(ELSEWHERE, document)))(
    'of %s run as printed',
    async (document) => {
      await run(await runnable(document));
    },
  );

  it('release a Receiver whose operator is gone', async () => {
    await operator?.stop();
    operator = undefined;
    const blocks = await commandBlocksOf('docs/uninstall.md');
    await run([
      `kubectl -n flux-system get receiver github-receiver -o json | jq '{apiVersion, kind, spec, metadata: {name: .metadata.name, namespace: "default", finalizers: ["sluice/exposure"]}}' | kubectl apply -f -`,
      'kubectl -n default delete receiver github-receiver --wait=false',
      blocks.at(-1) ?? '',
    ]);
    expect(await run(['kubectl -n default get receivers -o name'])).toBe('');
  });
});
