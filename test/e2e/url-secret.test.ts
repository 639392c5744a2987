// The Secret with a Receiver's URL: it follows the status, ends with its request, and is never somebody else's; with the rights of the
// manifests on a real API server.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ControlPlane } from '../../control-plane/start.ts';
import type { Receiver } from '../../operator/api/receiver/receiver.ts';
import { isNotFound } from '../../operator/kube/api-error.ts';
import type { KubeObject } from '../../operator/kube/kube-client.ts';
import { reusedControlPlane } from '../support/control-plane.ts';
import { waitFor } from '../support/wait-for.ts';
import { conditionOf, createWorld, TOKEN, type World } from '../support/world.ts';

interface Secret extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

const NAMESPACE = `t-${randomUUID().slice(0, 8)}`;
const args = (url: string) => ['--shutdown-delay=0s', `--external-url=${url}`];

let controlPlane: ControlPlane;
let world: World;

beforeAll(async () => {
  controlPlane = await reusedControlPlane();
  await controlPlane.apply(JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } }));
  world = await createWorld(controlPlane, {
    namespace: NAMESPACE,
    values: { exposure: { urlSecrets: { namespaces: [NAMESPACE] } } },
    args: args('https://hooks.example.com'),
  });
});
afterAll(() => world?.end());

async function secret(name: string): Promise<Secret | undefined> {
  try {
    return await world.objects.get<Secret>('v1', 'Secret', name);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

const gone = (name: string) => waitFor(`the end of Secret ${name}`, async () => (await secret(name)) === undefined);

function decoded({ data = {} }: Secret): Record<string, string> {
  const entries = Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]);
  return Object.fromEntries(entries);
}

/** A Receiver of that name with a token of its own. @param urlSecret undefined: it requests none. */
async function want(name: string, urlSecret: string | undefined, more: object = {}): Promise<void> {
  await world.secret(`${name}-token`, { token: TOKEN });
  await world.receiver(name, {
    type: 'generic',
    secretRef: { name: `${name}-token` },
    resources: [],
    ...(urlSecret === undefined ? {} : { exposure: { urlSecret: { name: urlSecret } } }),
    ...more,
  });
}

/** Waits for the Secret to say what the status says. @returns the Secret then. */
const follows = (name: string, secretName: string, isSo: (receiver: Receiver) => boolean = () => true) =>
  waitFor(`Secret ${secretName} to follow Receiver ${name}`, async () => {
    const receiver = await world.read(name);
    const { url, webhookPath: path } = receiver.status ?? {};
    const found = await secret(secretName);
    if (url === undefined || path === undefined || found === undefined || !isSo(receiver)) return undefined;
    const { url: itsUrl, path: itsPath } = decoded(found);
    return itsUrl === url && itsPath === path ? found : undefined;
  });

const exposed = (name: string, expected: string, message = /./, read = () => world.read(name)) =>
  waitFor(`Receiver ${name} with Exposed ${expected}`, async () => {
    const condition = conditionOf(await read(), 'Exposed');
    return `${condition?.status} ${condition?.reason}` === expected && message.test(condition?.message ?? '');
  });

const warned = (name: string, reason: string, read = () => world.events(name)) =>
  waitFor(`an Event ${reason} of ${name}`, async () =>
    (await read()).find((event) => event.type === 'Warning' && event.reason === reason),
  );

describe('a Secret that a Receiver requests', () => {
  it('has the URL and the path of the status, and is the Receiver’s own', async () => {
    await want('own', 'own-url');
    const made = await follows('own', 'own-url');
    const { uid, annotations } = (await world.read('own')).metadata;
    expect(decoded(made).url).toMatch(/^https:\/\/hooks\.example\.com\/hook\/[0-9a-f]{64}$/);
    expect(Object.keys(made.data ?? {}).sort()).toEqual(['path', 'url']);
    expect(made.metadata.ownerReferences).toEqual([
      { apiVersion: 'notification.toolkit.fluxcd.io/v1', kind: 'Receiver', name: 'own', uid, controller: true },
    ]);
    expect(made.metadata.labels).toMatchObject({
      'sluice/receiver-name': 'own',
      'sluice/receiver-namespace': NAMESPACE,
    });
    expect(annotations).toMatchObject({ 'sluice/url-secret': 'own-url' });
    await exposed('own', 'True Exposed');
  });

  it('follows a rotation and another base URL', async () => {
    const before = (await world.read('own')).status?.webhookPath;
    await world.secret('own-token', { token: 'rotated' });
    await follows('own', 'own-url', ({ status }) => status?.webhookPath !== before);
    await world.restart(args('https://moved.example.com'));
    const moved = await follows('own', 'own-url', ({ status }) => status?.url?.includes('moved') ?? false);
    expect(decoded(moved).url).toMatch(/^https:\/\/moved\.example\.com\/hook\//);
  });

  it('comes back when it was deleted, and as it was when it was edited', async () => {
    const { metadata } = await follows('own', 'own-url');
    await world.kubectl('delete', 'secret', 'own-url');
    await waitFor(
      'another Secret',
      async () => ((await secret('own-url'))?.metadata.uid ?? metadata.uid) !== metadata.uid,
    );
    await world.kubectl('patch', 'secret', 'own-url', '-p', '{"stringData":{"path":"/elsewhere","more":"theirs"}}');
    await follows('own', 'own-url');
  });

  it('costs no write once it is settled', async () => {
    const before = await follows('own', 'own-url');
    const { resourceVersion } = (await world.read('own')).metadata;
    await world.settled();
    expect((await secret('own-url'))?.metadata.resourceVersion).toBe(before.metadata.resourceVersion);
    expect((await world.read('own')).metadata.resourceVersion).toBe(resourceVersion);
  });

  it('has no URL while the Receiver has none', async () => {
    await world.kubectl('delete', 'secret', 'own-token');
    await waitFor('no key', async () => {
      const { url, path } = decoded((await secret('own-url')) ?? ({ data: { url: '' } } as never));
      return url === undefined && path === undefined;
    });
    await want('own', 'own-url');
    await follows('own', 'own-url');
  });

  it('stays while the Receiver is suspended', async () => {
    await want('own', 'own-url', { suspend: true });
    await world.settled();
    await follows('own', 'own-url');
    await want('own', 'own-url');
    await world.ready('own');
  });

  it('goes with its name, with its request, and with its Receiver', async () => {
    await want('own', 'own-other');
    await follows('own', 'own-other');
    await gone('own-url');
    await want('own', undefined);
    await gone('own-other');
    await waitFor('no mark', async () => {
      const { annotations = {} } = (await world.read('own')).metadata;
      return !('sluice/url-secret' in annotations);
    });
    await want('own', 'own-url');
    await follows('own', 'own-url');
    await world.kubectl('delete', 'receiver', 'own');
    await gone('own-url');
  });

  it('goes with a request that ended while no operator ran', async () => {
    await want('absent', 'absent-url');
    await follows('absent', 'absent-url');
    await world.operator.stop();
    await want('absent', undefined);
    await world.restart();
    await gone('absent-url');
  });
});

describe('a Secret that is there already', () => {
  it('is never touched, which an Event and Exposed say, and is made once it is gone', async () => {
    await world.secret('theirs', { url: 'https://theirs.example.com', key: 'value' });
    const before = await secret('theirs');
    await want('greedy', 'theirs');
    await exposed(
      'greedy',
      'False Conflict',
      new RegExp(`Secret ${NAMESPACE}/theirs exists and is not of this Receiver`),
    );
    expect((await warned('greedy', 'Conflict')).note).toContain(`Secret ${NAMESPACE}/theirs exists`);
    expect((await world.read('greedy')).status?.url).toMatch(/^https:/);
    expect(conditionOf(await world.ready('greedy').then(() => world.read('greedy')), 'Ready')?.status).toBe('True');
    expect(await secret('theirs')).toEqual(before);
    await world.kubectl('delete', 'secret', 'theirs');
    await follows('greedy', 'theirs');
    await exposed('greedy', 'True Exposed');
  });

  it('stays when it is no longer requested', async () => {
    await want('second', 'theirs');
    await exposed('second', 'False Conflict');
    await want('second', 'second-url');
    await follows('second', 'second-url');
    await follows('greedy', 'theirs');
    await world.secret('kept', { a: 'b' });
    await want('second', 'kept');
    await exposed('second', 'False Conflict');
    await want('second', undefined);
    await exposed('second', 'True Exposed');
    await world.settled();
    expect(decoded((await secret('kept')) ?? never())).toEqual({ a: 'b' });
  });

  function never(): never {
    throw new Error('the Secret is gone');
  }
});

describe('without the right', () => {
  const other = `${NAMESPACE}-other`;
  const read = () => world.objects.get<Receiver>('notification.toolkit.fluxcd.io/v1', 'Receiver', 'denied', other);

  it('an Event and Exposed say so, and the Receiver is served', async () => {
    const metadata = { name: 'denied', namespace: other };
    const spec = {
      type: 'generic',
      secretRef: { name: 'denied' },
      resources: [],
      exposure: { urlSecret: { name: 'denied-url' } },
    };
    await controlPlane.apply(JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: other } }));
    await world.apply({ apiVersion: 'v1', kind: 'Secret', metadata, stringData: { token: TOKEN } });
    await world.apply({ apiVersion: 'notification.toolkit.fluxcd.io/v1', kind: 'Receiver', metadata, spec });
    await exposed('denied', 'False AccessDenied', /cannot create resource "secrets".*values under exposure/, read);
    type Event = Awaited<ReturnType<World['events']>>[number];
    const events = () => world.objects.list<Event>('events.k8s.io/v1', 'Event', other);
    expect((await warned('denied', 'AccessDenied', events)).note).toContain(`Secret ${other}/denied-url may not be`);
    const { status } = await read();
    expect(status?.url).toMatch(/^https:/);
    expect((await world.post(status?.webhookPath ?? '')).status).toBe(200);
    await controlPlane.kubectl(['delete', 'namespace', other, '--wait=false']);
  });
});
