// Harbor through NATS and Gitea through RabbitMQ, by the examples and the commands of their pages, with real servers.
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import { connect as connectNats } from '@nats-io/transport-node';
import { connect as connectRabbitMq } from 'amqplib';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { freePort } from '../../control-plane/free-port.ts';
import { lineProgress } from '../../control-plane/progress.ts';
import type { ControlPlane } from '../../control-plane/start.ts';
import type { Condition } from '../../operator/api/meta.ts';
import { startNats } from '../../scripts/brokers/nats.ts';
import { findNatsCli } from '../../scripts/brokers/nats-cli.ts';
import { startRabbitMq } from '../../scripts/brokers/rabbitmq.ts';
import { ownControlPlane } from '../support/control-plane.ts';
import { commandBlocksOf, fencesOf } from '../support/document.ts';
import type { KubeManifest } from '../support/objects-in.ts';
import { commandIn, documentedCommands, runScript, type Shell } from '../support/sources/documented-commands.ts';
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

async function ready(world: World, name: string, reason = 'Succeeded'): Promise<Condition> {
  return await waitFor(`BrokerReceiver ${name} with reason ${reason}`, async () => {
    const { status } = JSON.parse(await world.kubectl('get', 'brokerreceiver', name, '-o', 'json'));
    const condition = status?.conditions?.find(({ type }: Condition) => type === 'Ready');
    return condition?.reason === reason && condition;
  });
}

/** What it reads was deleted: the command in its message makes it again. */
async function makeAgain(world: World, name: string, shell: Shell): Promise<void> {
  const { message } = await ready(world, name, 'SourceNotFound');
  await runScript(shell, commandIn(message));
  await ready(world, name);
}

async function annotatedAfter(world: World, kind: string, name: string, before = ''): Promise<string> {
  return await waitFor(`${kind} ${name} is annotated`, async () => {
    const now = await world.requestedAt(kind, name);
    return now > before && now;
  });
}

async function consumersOf(manager: JetStreamManager): Promise<readonly object[]> {
  const all = await manager.consumers.list('FLUX').next();
  return all.map(({ config }) => config).sort((one, other) => one.name?.localeCompare(other.name ?? '') ?? 0);
}

it('Harbor through NATS: with the body alone by a filter, with headers by the Receiver', async () => {
  const world = await worldOf();
  const [permissions = ''] = await fencesOf('docs/sources/nats.md', 'Give rights to the user', 'hcl');
  const cli = dirname(await findNatsCli(lineProgress()));
  const server = await startNats({
    edition: 'current',
    config: `accounts { APP { jetstream: enabled, users: [
      { user: admin, password: admin }, { user: sluice, password: "${PASSWORD}", ${permissions} } ] } }`,
    progress: lineProgress(),
  });
  ended.push(server.stop);
  const connection = await connectNats({ servers: server.host, user: 'admin', pass: 'admin' });
  ended.push(() => connection.close());
  const manager = await jetstreamManager(connection);
  const shell = { bin: cli, env: { NATS_URL: server.url, NATS_USER: 'admin', NATS_PASSWORD: 'admin' } };
  const [make = '', ...publications] = (await commandBlocksOf('docs/sources/nats.md')).filter((block) =>
    block.startsWith('nats '),
  );
  await runScript(shell, make);
  const settled = async () => {
    for (const name of ['sluice', 'sluice-webhooks']) {
      await waitFor(`${name} has nothing left`, async () => {
        const { num_pending, num_ack_pending } = await manager.consumers.info('FLUX', name);
        return num_pending + num_ack_pending === 0;
      });
    }
  };
  const publish = (block: string, ...[from, to]: readonly [string, string]) => {
    expect(block).toContain(from);
    return runScript(shell, block.replaceAll(from, to));
  };
  const [body = '', webhook = ''] = publications;
  await world.target('ImageRepository', 'webapp');
  await applyExample(world, 'nats', 'nats://nats.nats.svc:4222', server.url);
  expect((await ready(world, 'harbor-nats')).message).toBe('reading nats FLUX/sluice');
  await ready(world, 'harbor-webhooks-nats');

  await publish(body, 'apps/webapp', 'apps/other');
  await settled();
  expect(await world.requestedAt('ImageRepository', 'webapp')).toBe('');
  await runScript(shell, body);
  const first = await annotatedAfter(world, 'ImageRepository', 'webapp');

  await publish(webhook, '<token>', 'guessed');
  await settled();
  expect(await world.requestedAt('ImageRepository', 'webapp')).toBe(first);
  await publish(webhook, '<token>', TOKEN);
  await annotatedAfter(world, 'ImageRepository', 'webapp', first);
  await settled();
  expect(await consumersOf(manager)).toMatchObject([
    { durable_name: 'sluice', max_deliver: 20, ack_policy: 'explicit' },
    { durable_name: 'sluice-webhooks', max_deliver: 20, ack_policy: 'explicit' },
  ]);
  await manager.consumers.delete('FLUX', 'sluice');
  await makeAgain(world, 'harbor-nats', shell);
});

it('Gitea through RabbitMQ, by the commands of its page', async () => {
  const world = await worldOf();
  const managementPort = await freePort();
  const server = await startRabbitMq({
    plugins: ['rabbitmq_management'],
    config: `management.tcp.ip = 127.0.0.1\nmanagement.tcp.port = ${managementPort}`,
    progress: lineProgress(),
  });
  ended.push(server.stop);
  const { HOME } = server.env;
  // The server itself serves its command, which looks for where the server is in a file.
  const command = await fetch(`http://127.0.0.1:${managementPort}/cli/rabbitmqadmin`);
  await writeFile(join(HOME, 'rabbitmqadmin'), await command.text(), { mode: 0o755 });
  await writeFile(join(HOME, '.rabbitmqadmin.conf'), `[default]\nhostname = 127.0.0.1\nport = ${managementPort}\n`);
  const shell = { bin: HOME, env: server.env, input: `${PASSWORD}\n` };
  await runScript(shell, await documentedCommands('sources/rabbitmq.md', 'rabbitmqadmin'));
  await runScript(shell, await documentedCommands('sources/rabbitmq.md', 'rabbitmqctl'));
  await world.target('GitRepository', 'fleet');
  await applyExample(world, 'rabbitmq', 'amqp://rabbitmq.rabbitmq.svc:5672', server.url);
  expect((await ready(world, 'gitea-rabbitmq')).message).toBe('reading rabbitmq flux-events');
  const publish = (payload: object) =>
    runScript(shell, `rabbitmqadmin publish routing_key=flux-events payload='${JSON.stringify(payload)}'`);
  const push = { ref: 'refs/heads/main', repository: { full_name: 'acme/fleet' } };
  const read = async (queue: string) => {
    const listed = await runScript(shell, 'rabbitmqctl -q list_queues --formatter json name messages arguments');
    const queues: { readonly name: string; readonly messages: number }[] = JSON.parse(listed);
    return queues.find(({ name }) => name === queue)?.messages;
  };
  await publish({ ...push, ref: 'refs/heads/other' });
  // Under the filter this one has no repository, which is poison.
  await publish({ ref: 'refs/heads/main' });
  await waitFor('the dead letter', async () => (await read('flux-dead')) === 1);
  await waitFor('the queue is empty', async () => (await read('flux-events')) === 0);
  expect(await world.requestedAt('GitRepository', 'fleet')).toBe('');
  await publish(push);
  await annotatedAfter(world, 'GitRepository', 'fleet');
  await runScript(shell, 'rabbitmqadmin delete queue name=flux-events');
  await makeAgain(world, 'gitea-rabbitmq', shell);
});

it('a server of RabbitMQ that was killed is read again', async () => {
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
