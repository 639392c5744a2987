// Harbor through NATS and Gitea through RabbitMQ, by the examples and the commands of their pages, with real servers.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AckPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect as connectNats, headers as createHeaders } from '@nats-io/transport-node';
import { connect as connectRabbitMq } from 'amqplib';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { lineProgress } from '../../control-plane/progress.ts';
import type { ControlPlane } from '../../control-plane/start.ts';
import type { Condition } from '../../operator/api/meta.ts';
import { startNats } from '../../scripts/brokers/nats.ts';
import { startRabbitMq } from '../../scripts/brokers/rabbitmq.ts';
import { ownControlPlane } from '../support/control-plane.ts';
import { fencesOf } from '../support/document.ts';
import type { KubeManifest } from '../support/objects-in.ts';
import { waitFor } from '../support/wait-for.ts';
import { createWorld, type World } from '../support/world.ts';

const EXAMPLES = join(import.meta.dirname, '..', '..', 'examples', 'sources');
const TOKEN = 'replace-me-with-the-output-of-openssl-rand-hex-32';
const PASSWORD = 'replace-me-with-the-password-of-the-user';

let controlPlane: ControlPlane;
const ended: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  controlPlane = await ownControlPlane();
});
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
});
afterAll(() => controlPlane?.stop());

async function worldOf(): Promise<World> {
  const world = await createWorld(controlPlane);
  ended.push(() => world.end());
  return world;
}

/** Applies an example in the world's namespace. @param address takes the place of the example's. */
async function applyExample(world: World, name: string, example: string, address: string): Promise<void> {
  const text = await readFile(join(EXAMPLES, `${name}.yaml`), 'utf8');
  expect(text).toContain(example);
  for (const each of parseAllDocuments(text.replaceAll(example, address))) {
    const object: KubeManifest & { metadata: { namespace?: string } } = each.toJS();
    const { namespace: _apps, ...metadata } = object.metadata;
    await world.apply({ ...object, metadata } as KubeManifest);
  }
}

async function ready(world: World, name: string): Promise<Condition> {
  return await waitFor(`BrokerReceiver ${name} is Ready`, async () => {
    const { status } = JSON.parse(await world.kubectl('get', 'brokerreceiver', name, '-o', 'json'));
    const condition = status?.conditions?.find(({ type }: Condition) => type === 'Ready');
    return condition?.status === 'True' && condition;
  });
}

async function annotatedAfter(world: World, kind: string, name: string, before = ''): Promise<string> {
  return await waitFor(`${kind} ${name} is annotated`, async () => {
    const now = await world.requestedAt(kind, name);
    return now > before && now;
  });
}

it('Harbor through NATS: with the body alone by a filter, with headers by the Receiver', async () => {
  const world = await worldOf();
  const [permissions = ''] = await fencesOf('docs/sources/nats.md', 'Give rights to the user', 'hcl');
  // The page's rights are for one consumer; the example has two.
  const both = permissions.replaceAll(/"([^"]*)\.sluice((?:\.>)?)"/g, '"$1.sluice$2"\n    "$1.sluice-webhooks$2"');
  const server = await startNats({
    edition: 'current',
    config: `accounts { APP { jetstream: enabled, users: [
      { user: admin, password: admin }, { user: sluice, password: "${PASSWORD}", ${both} } ] } }`,
    progress: lineProgress(),
  });
  ended.push(server.stop);
  const connection = await connectNats({ servers: server.host, user: 'admin', pass: 'admin' });
  ended.push(() => connection.close());
  const manager = await jetstreamManager(connection);
  await manager.streams.add({ name: 'FLUX', subjects: ['flux.>'] });
  const consumers = { sluice: 'flux.harbor', 'sluice-webhooks': 'flux.webhooks.>' };
  for (const [name, subject] of Object.entries(consumers)) {
    const config = { durable_name: name, ack_policy: AckPolicy.Explicit, filter_subject: subject, max_deliver: 20 };
    await manager.consumers.add('FLUX', config);
  }
  const settled = async () => {
    for (const name of Object.keys(consumers)) {
      await waitFor(`${name} has nothing left`, async () => {
        const { num_pending, num_ack_pending } = await manager.consumers.info('FLUX', name);
        return num_pending + num_ack_pending === 0;
      });
    }
  };
  const client = jetstream(connection);
  await world.target('ImageRepository', 'webapp');
  await applyExample(world, 'nats', 'nats://nats.nats.svc:4222', server.url);
  expect((await ready(world, 'harbor-nats')).message).toBe('reading nats FLUX/sluice');
  await ready(world, 'harbor-webhooks-nats');

  const pushTo = (repository: string) =>
    JSON.stringify({ type: 'PUSH_ARTIFACT', event_data: { repository: { repo_full_name: repository } } });
  await client.publish('flux.harbor', pushTo('apps/other'));
  await settled();
  expect(await world.requestedAt('ImageRepository', 'webapp')).toBe('');
  await client.publish('flux.harbor', pushTo('apps/webapp'));
  const first = await annotatedAfter(world, 'ImageRepository', 'webapp');

  const webhook = async (token: string) => {
    const headers = createHeaders();
    headers.set('Authorization', token);
    await client.publish('flux.webhooks.harbor', pushTo('apps/webapp'), { headers });
  };
  await webhook('guessed');
  await settled();
  expect(await world.requestedAt('ImageRepository', 'webapp')).toBe(first);
  await webhook(TOKEN);
  await annotatedAfter(world, 'ImageRepository', 'webapp', first);
  await settled();
});

it('Gitea through RabbitMQ; a killed server is read again', async () => {
  const world = await worldOf();
  const server = await startRabbitMq({ progress: lineProgress() });
  ended.push(server.stop);
  await server.ctl('add_user', 'sluice', PASSWORD);
  await server.ctl('set_permissions', '--vhost', '/', 'sluice', '^$', '^$', '^flux-events$');
  const { hostname, port } = new URL(server.url);
  /** Makes the queues where they are not there. @returns how many dead letters there are. */
  const tryToSend = async (payload: object) => {
    const connection = await connectRabbitMq({ hostname, port: Number(port) });
    connection.on('error', () => undefined);
    try {
      const channel = await connection.createConfirmChannel();
      channel.on('error', () => undefined);
      const dead = { deadLetterExchange: '', deadLetterRoutingKey: 'flux-dead' };
      const { messageCount } = await channel.assertQueue('flux-dead', { durable: true });
      // Debian's server does not always recover a quorum queue after a kill: it takes no message then.
      await channel.assertQueue('flux-events', { durable: true, ...dead });
      const body = Buffer.from(JSON.stringify(payload));
      channel.sendToQueue('flux-events', body, { persistent: true, contentType: 'application/json' });
      await channel.waitForConfirms();
      return { deadLetters: messageCount };
    } finally {
      await connection.close();
    }
  };
  // A server that has just started may not take a message yet.
  const send = (payload: object) => waitFor('the message is sent', () => tryToSend(payload));
  const push = { ref: 'refs/heads/main', repository: { full_name: 'acme/fleet' } };
  await send({ ...push, ref: 'refs/heads/other' });
  await world.target('GitRepository', 'fleet');
  await applyExample(world, 'rabbitmq', 'amqp://rabbitmq.rabbitmq.svc:5672', server.url);
  expect((await ready(world, 'gitea-rabbitmq')).message).toBe('reading rabbitmq flux-events');
  await send(push);
  const first = await annotatedAfter(world, 'GitRepository', 'fleet');
  // Under the filter this one has no repository, which is poison.
  await send({ ref: 'refs/heads/main' });
  await server.kill();
  await server.start();
  await send(push);
  await annotatedAfter(world, 'GitRepository', 'fleet', first);
  await waitFor('the dead letter', async () => (await send(push)).deadLetters === 1);
});
