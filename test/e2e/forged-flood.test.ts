// A flood of forged requests beside good ones: what is remembered of the good ones outlives it, by the API of the built operator.
import autocannon, { type Result } from 'autocannon';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RecordView } from '../../operator/deliveries/records/record-view.ts';
import { reusedControlPlane } from '../support/control-plane.ts';
import { deliveriesOf } from '../support/deliveries-of.ts';
import { createWorld, signed, TOKEN, type Webhook, type World } from '../support/world.ts';

const HALF = 50_000;
const GOOD = 20;
/** As many of each list are remembered. */
const KEPT = 20;
const CONNECTIONS = 16;
const TIMEOUT_SECONDS = 300;

let world: World;
let path: string;

beforeAll(async () => {
  world = await createWorld(await reusedControlPlane());
  await world.secret('hook', { token: TOKEN });
  await world.target('GitRepository', 'app');
  const resources = [{ kind: 'GitRepository', name: 'app' }];
  await world.receiver('web', { type: 'github', secretRef: { name: 'hook' }, resources });
  path = await world.ready('web');
});
afterAll(() => world?.end());

/** @param events the event that each request in turn says it is. */
async function flood(events: readonly string[]): Promise<Result> {
  const requests = events.map((event): autocannon.Request => {
    const { headers, body } = signed({ ref: 'refs/heads/main' }, event, 'guessed');
    return { method: 'POST', path, headers: headers as Record<string, string>, body: body as string };
  });
  const url = world.operator.url;
  return await autocannon({ url, connections: CONNECTIONS, amount: HALF, timeout: TIMEOUT_SECONDS, requests });
}

async function sendGood(ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    const { headers, body = '' } = signed({ ref: 'refs/heads/main' });
    const webhook: Webhook = { body, headers: { ...headers, 'x-github-delivery': id } };
    expect((await world.post(path, webhook)).status).toBe(200);
  }
}

const refusedOf = (all: readonly RecordView[]) => all.filter(({ verdict }) => verdict === 'refused');

it(`${GOOD} good webhooks are remembered beside ${2 * HALF} forged ones, which are folded`, async () => {
  const ids = Array.from({ length: GOOD }, (_, index) => `good-${index}`);
  const [alike] = await Promise.all([flood(['push']), sendGood(ids.slice(0, GOOD / 2))]);
  expect([alike.non2xx, alike.errors]).toEqual([HALF, 0]);
  const first = refusedOf(await deliveriesOf(world, 'receivers', 'web'));
  expect(first.reduce((sum, { repeated }) => sum + repeated, 0)).toBe(HALF);
  expect(new Set(first.map(({ code, event }) => `${code} ${event}`))).toEqual(new Set(['SignatureMismatch push']));

  // What a sender makes up keeps them from being folded, and pushes out nothing but their like.
  const many = Array.from({ length: 2 * KEPT }, (_, index) => `made-up-${index}`);
  const [different] = await Promise.all([flood(many), sendGood(ids.slice(GOOD / 2))]);
  expect([different.non2xx, different.errors]).toEqual([HALF, 0]);
  const all = await deliveriesOf(world, 'receivers', 'web');
  expect(refusedOf(all)).toHaveLength(KEPT);
  const good = all.filter(({ verdict }) => verdict === 'accepted');
  expect(good.map(({ providerId }) => providerId).toSorted()).toEqual(ids.toSorted());
  expect(good.every(({ repeated }) => repeated === 1)).toBe(true);
});
