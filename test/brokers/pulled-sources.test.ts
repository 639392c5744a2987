// The walkthroughs of Google Pub/Sub and Kafka with the built operator: the examples as they are printed, but for where the broker is.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { lineProgress } from '../../control-plane/progress.ts';
import type { ControlPlane } from '../../control-plane/start.ts';
import type { BrokerReceiver, BrokerReceiverSpec } from '../../operator/api/broker-receiver/broker-receiver.ts';
import { type Kafka, startKafka } from '../../scripts/brokers/kafka.ts';
import { type PubSub, startPubSub } from '../../scripts/brokers/pubsub.ts';
import { ownControlPlane } from '../support/control-plane.ts';
import { commandIn, documentedCommands, runScript } from '../support/sources/documented-commands.ts';
import { type KafkaTopics, kafkaTopics } from '../support/sources/kafka-topics.ts';
import { waitFor } from '../support/wait-for.ts';
import { createWorld, type World } from '../support/world.ts';

const EXAMPLES = join(import.meta.dirname, '..', '..', 'examples', 'sources');

let controlPlane: ControlPlane;
let world: World;
beforeAll(async () => {
  controlPlane = await ownControlPlane();
  world = await createWorld(controlPlane, { args: ['--shutdown-delay=0s'] });
});
afterAll(async () => {
  await world?.end();
  await controlPlane?.stop();
});

type Changes = { readonly [Field in keyof BrokerReceiverSpec]?: BrokerReceiverSpec[Field] | undefined };

/** Applies the BrokerReceiver of an example, with other settings where a test has another broker. */
async function example(file: string, changes: Changes): Promise<string> {
  const documents = parseAllDocuments(readFileSync(join(EXAMPLES, file), 'utf8')).map((each) => each.toJS());
  const object: BrokerReceiver = documents.find(({ kind }) => kind === 'BrokerReceiver');
  const { name } = object.metadata;
  // What is undefined is left out.
  await world.apply(
    JSON.parse(JSON.stringify({ ...object, metadata: { name }, spec: { ...object.spec, ...changes } })),
  );
  await waitFor(`${name} to be read`, async () => (await readyOf(name))?.reason === 'Succeeded');
  return name;
}

async function readyOf(name: string) {
  const object: BrokerReceiver = JSON.parse(await world.kubectl('get', 'brokerreceiver', name, '-o', 'json'));
  return object.status?.conditions?.find(({ type }) => type === 'Ready');
}

const annotated = (kind: string, name: string, after: string) =>
  waitFor(`${kind} ${name} annotated`, async () => {
    const now = await world.requestedAt(kind, name);
    return now !== after && now;
  });

/** What the documented commands of `gcloud` ask Pub/Sub for; one that is not known here fails. */
const GCLOUD = `
gcloud() {
  [ "$1 $3" = 'pubsub create' ] || { echo "gcloud $1 $2 $3" >&2; exit 1; }
  kind=$2 name=$4 body=
  shift 4
  while [ $# -gt 0 ]; do
    case "$1" in
      --project) project=$2 ;;
      --topic) body="$body, \\"topic\\": \\"projects/$project/topics/$2\\"" ;;
      --dead-letter-topic) dead="\\"deadLetterTopic\\": \\"projects/$project/topics/$2\\"" ;;
      --max-delivery-attempts) body="$body, \\"deadLetterPolicy\\": {$dead, \\"maxDeliveryAttempts\\": $2}" ;;
      *) echo "gcloud $1" >&2; exit 1 ;;
    esac
    shift 2
  done
  curl -fsS -X PUT -H 'content-type: application/json' -d "{\${body#,}}" "$PUBSUB/v1/projects/$project/$kind/$name"
}`;

describe('Artifact Registry through Pub/Sub', () => {
  const TOPIC = 'projects/acme/topics/gcr';
  let server: PubSub;
  beforeAll(async () => {
    server = await startPubSub();
    const commands = await documentedCommands('sources/artifact-registry.md', 'gcloud pubsub topics');
    await runScript({ bin: '/bin', env: { PUBSUB: `http://${server.host}` } }, `${GCLOUD}\n${commands}`);
  });
  afterAll(() => server?.stop());

  const push = (event: object) =>
    server.call('POST', `${TOPIC}:publish`, {
      messages: [{ data: Buffer.from(JSON.stringify(event)).toString('base64') }],
    });

  it('has the OCIRepository of the image pull, and no other', async () => {
    await world.target('OCIRepository', 'webapp');
    const pubsub = { subscription: 'projects/acme/subscriptions/flux-registry', endpoint: `http://${server.host}` };
    const name = await example('artifact-registry.yaml', { pubsub, serviceAccountName: undefined });
    expect((await readyOf(name))?.message).toBe('reading pubsub flux-registry (acme)');
    const image = 'europe-docker.pkg.dev/acme/apps';
    await push({ action: 'INSERT', digest: `${image}/other@sha256:1`, tag: `${image}/other:1` });
    await push({ action: 'DELETE', digest: `${image}/webapp@sha256:1`, tag: `${image}/webapp:1` });
    await waitFor('both to be done', async () => (await done('pubsub')) === 2);
    expect(await world.requestedAt('OCIRepository', 'webapp')).toBe('');
    await push({ action: 'INSERT', digest: `${image}/webapp@sha256:2`, tag: `${image}/webapp:1.4.0` });
    await annotated('OCIRepository', 'webapp', '');
  });
});

describe('Kafka', () => {
  let server: Kafka;
  let topics: KafkaTopics;
  beforeAll(async () => {
    server = await startKafka(lineProgress(), { acls: true });
    topics = kafkaTopics(server.url);
    const commands = await documentedCommands('sources/kafka.md', 'kafka-topics.sh');
    expect(commands).toContain('kafka:9092');
    await runScript({ bin: server.bin }, commands.replaceAll('kafka:9092', server.url));
  });
  afterAll(async () => {
    await topics?.close();
    await server?.stop();
  });

  it('has a GitRepository fetch, and gives what is poison to the dead letters', async () => {
    await world.secret('kafka-user', { username: 'sluice', password: 'replace-me-with-the-password-of-the-user' });
    await world.secret('kafka-ca', { 'ca.crt': server.authority });
    await world.target('GitRepository', 'fleet');
    const name = await example('kafka.yaml', {
      kafka: {
        ...{ bootstrapServers: [server.secureUrl], topics: ['deployments'], consumerGroup: 'sluice-deployments' },
        ...{ deadLetterTopic: 'deployments-rejected', tls: true, sasl: { mechanism: 'scram-sha-512' } },
        startFrom: 'earliest',
      },
      certSecretRef: { name: 'kafka-ca' },
    });
    expect((await readyOf(name))?.message).toBe('reading kafka deployments (sluice-deployments)');
    const write = (value: string) => topics.write([{ topic: 'deployments', value }], 'snappy');
    await write('{"branch":"main"}');
    const first = await annotated('GitRepository', 'fleet', '');
    await write('{"branch":"other"}');
    await write('{}');
    await write('{"branch":"main"}');
    await annotated('GitRepository', 'fleet', first);
    await waitFor('all to be committed', async () => {
      return (await topics.committed('sluice-deployments', 'deployments'))[0] === 4n;
    });
    expect((await topics.ends('deployments-rejected'))[0]).toBe(1n);
    expect(await done('kafka')).toBe(3);
    await topics.remove('deployments');
    const { message = '' } = await waitFor('the topic to be missed', async () => {
      const ready = await readyOf(name);
      return ready?.reason === 'SourceNotFound' && ready;
    });
    await runScript({ bin: server.bin }, commandIn(message).replace('SERVER', server.url));
    await waitFor(`${name} to be read`, async () => (await readyOf(name))?.reason === 'Succeeded');
  });
});

/** How many messages of a type are done. */
async function done(type: string): Promise<number> {
  const text = await (await fetch(world.operator.metricsUrl)).text();
  const line = text
    .split('\n')
    .find((each) => each.startsWith('sluice_source_messages_total{') && each.includes(`type="${type}",outcome="done"`));
  return Number(line?.split(' ').at(-1) ?? 0);
}
