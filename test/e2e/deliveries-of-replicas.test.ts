// Whichever of several replicas is asked, it answers for all: deliveries, kept bodies, unknown paths, counts; and who is missing is named.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ControlPlane } from '../../control-plane/start.ts';
import { GROUP } from '../../operator/api/meta.ts';
import type { List } from '../../operator/deliveries/api/list.ts';
import type { ObjectView } from '../../operator/deliveries/api/object-view.ts';
import type { ProblemBody } from '../../operator/deliveries/api/problem.ts';
import type { UnknownCall } from '../../operator/deliveries/api/routes/unknown.ts';
import type { Explanation } from '../../operator/deliveries/explain/explanation.ts';
import type { WhatIf } from '../../operator/deliveries/explain/what-if.ts';
import type { RecordView } from '../../operator/deliveries/records/record-view.ts';
import { reusedControlPlane } from '../support/control-plane.ts';
import type { OperatorProcess } from '../support/operator-process.ts';
import { ownAddress } from '../support/own-address.ts';
import { createPeerReplicas, type PeerReplicas } from '../support/peer-replicas.ts';
import { tokenWith } from '../support/token-with.ts';
import { waitFor } from '../support/wait-for.ts';
import { createWorld, signed, TOKEN, type World } from '../support/world.ts';

const address = ownAddress();
const NAMES = ['sluice-x', 'sluice-y'] as const;
const CANARY = 'canary-a91f';

describe.skipIf(address === undefined)('two replicas', () => {
  let controlPlane: ControlPlane;
  let world: World;
  let peers: PeerReplicas;
  let asked: OperatorProcess;
  let other: OperatorProcess;
  let path: string;

  beforeAll(async () => {
    controlPlane = await reusedControlPlane();
    peers = await createPeerReplicas(controlPlane, address ?? { host: '', addressType: 'IPv4' }, 'sluice-replicas');
    // The ServiceAccount is there once the chart is.
    world = await createWorld(controlPlane);
    const start = async (name: string) =>
      world.another(['--shutdown-delay=0s', '--page-actions', ...(await peers.argsOf(name))], undefined, {
        POD_NAME: name,
      });
    asked = await start(NAMES[0]);
    other = await start(NAMES[1]);
    await world.operator.stop();
    await world.secret('hook', { token: TOKEN });
    await world.target('GitRepository', 'app');
    await world.receiver('web', {
      type: 'github',
      secretRef: { name: 'hook' },
      resourceFilter: "req.ref == 'refs/heads/main'",
      resources: [{ kind: 'GitRepository', name: 'app' }],
      deliveries: { keepBodies: 5 },
    });
    path = await world.ready('web');
    for (const replica of [asked, other]) {
      const forged = signed({}, 'push', 'another token');
      await waitFor('the path', async () => (await world.post(path, forged, replica)).status === 400);
    }
  });
  afterAll(async () => {
    await peers?.end();
    await world?.end();
  });

  const ofWeb = (rest = '') => `/receivers/${world.namespace}/web${rest}`;

  async function ask<T>(route: string, body?: unknown, token?: string): Promise<{ status: number; body: T }> {
    const response = await fetch(`${asked.pageUrl}/api/v1${route}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as T };
  }

  const records = async () => (await ask<List<RecordView>>(ofWeb('/deliveries'))).body.items;

  /** Sends a webhook to a replica, and waits until its body is kept there. */
  async function keep(branch: string, replica: OperatorProcess): Promise<RecordView> {
    const { body = '', headers } = signed({ ref: `refs/heads/${branch}`, my_token: CANARY });
    const id = crypto.randomUUID();
    const sent = await world.post(path, { body, headers: { ...headers, 'x-github-delivery': id } }, replica);
    expect(sent.status).toBe(200);
    return waitFor(`the body of ${id}`, async () =>
      (await records()).find((record) => record.providerId === id && record.body === 'kept'),
    );
  }

  it('have each other’s bodies, which are redacted before they leave', async () => {
    const record = await keep('main', other);
    expect(record.replica).toBe(NAMES[1]);
    const payload = await ask(ofWeb(`/deliveries/${record.id}/payload`));
    expect(payload).toEqual({ status: 200, body: { ref: 'refs/heads/main', my_token: '[redacted]' } });
  });

  it('explain each other’s deliveries, and try filters on those of all', async () => {
    const [mine, theirs] = [await keep('dev', asked), await keep('dev', other)];
    const explained = await ask<Explanation>(ofWeb('/explain'), { delivery: theirs.id });
    expect(explained).toMatchObject({ status: 200, body: { targets: [{ outcome: 'filtered' }] } });
    const { body } = await ask<WhatIf>(ofWeb('/explain'), { whatIf: true, resourceFilter: 'true' });
    const newest = { before: 'filtered', after: 'annotated' };
    expect(body.items.slice(0, 2)).toEqual([
      { id: theirs.id, ...newest },
      { id: mine.id, ...newest },
    ]);
    expect(body).not.toHaveProperty('partial');
    expect(body.total).toBe((await records()).filter((record) => record.body === 'kept').length);
  });

  it('replay each other’s deliveries', async () => {
    const token = await tokenWith(world, 'jane', [
      { apiGroups: [GROUP], resources: ['receivers/replay'], verbs: ['create'] },
    ]);
    const { id } = await keep('main', other);
    const before = await world.requestedAt('GitRepository', 'app');
    const { status, body } = await ask<RecordView>(ofWeb(`/deliveries/${id}/replay`), {}, token);
    expect(status).toBe(200);
    expect(body).toMatchObject({ origin: 'replayed', duplicateOf: id, replica: NAMES[0], verdict: 'accepted' });
    expect((await world.requestedAt('GitRepository', 'app')) > before).toBe(true);
    expect(await ask<ProblemBody>(ofWeb(`/deliveries/${body.id}/replay`), {}, token)).toMatchObject({
      status: 409,
      body: { code: 'NoBody' },
    });
  });

  it('have each other’s calls of unknown paths, and count together', async () => {
    await world.post('/hook/nobody', { method: 'PUT' }, other);
    await world.post('/hook/nobody', { method: 'GET' }, asked);
    const { body } = await ask<List<UnknownCall>>('/unknown');
    expect(body.items.slice(0, 2)).toMatchObject([{ method: 'GET' }, { method: 'PUT' }]);
    expect(body.partial).toEqual([]);
    expect(Object.keys(body.recordingSince).sort()).toEqual(NAMES);
    const parts: UnknownCall[] = [];
    for (let next = ''; ; ) {
      const part = (await ask<List<UnknownCall>>(`/unknown?limit=1&continue=${next}`)).body;
      parts.push(...part.items);
      next = part.continue;
      if (next === '') break;
    }
    expect(parts).toEqual(body.items);

    const counted = async () => {
      const { hours } = (await ask<ObjectView>(ofWeb())).body.counts;
      return hours.reduce((sum, { accepted, refused }) => sum + accepted + refused, 0);
    };
    const before = await counted();
    // Many more than a replica has records of.
    for (let index = 0; index < 50; index++) await world.post(path, signed({ ref: `refs/heads/${index}` }), other);
    expect(await counted()).toBe(before + 50);
    const [listed] = (await ask<List<ObjectView>>(`/receivers?namespace=${world.namespace}`)).body.items;
    expect(listed?.counts).toEqual((await ask<ObjectView>(ofWeb())).body.counts);
  });

  it('are named in every answer that misses them', async () => {
    const [mine, theirs] = [await keep('dev', asked), await keep('dev', other)];
    await other.stop('SIGKILL');
    const partial = [NAMES[1]];
    for (const route of ['/receivers', ofWeb('/deliveries'), '/unknown']) {
      expect((await ask<List<object>>(route)).body.partial).toEqual(partial);
    }
    const whatIf = (await ask<WhatIf>(ofWeb('/explain'), { whatIf: true })).body;
    expect(whatIf.partial).toEqual(partial);
    expect(whatIf.items.map(({ id }) => id)).toContain(mine.id);
    expect(whatIf.items.map(({ id }) => id)).not.toContain(theirs.id);
    for (const rest of [`/deliveries/${theirs.id}`, `/deliveries/${theirs.id}/payload`]) {
      const { status, body } = await ask<ProblemBody>(ofWeb(rest));
      expect([status, body.code]).toEqual([404, 'NotFound']);
      expect(body.detail).toContain(NAMES[1]);
    }
    // Its own takes no other.
    expect((await ask(ofWeb(`/deliveries/${mine.id}/payload`))).status).toBe(200);
  });
});
