// What a Receiver's status says in every situation of its life, read with the real kubectl from a real API server.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REQUESTED_AT_ANNOTATION } from '../../operator/api/meta.ts';
import type { Receiver } from '../../operator/api/receiver/receiver.ts';
import { reusedControlPlane } from '../support/control-plane.ts';
import { waitFor } from '../support/wait-for.ts';
import { conditionOf, createWorld, OUR_CONDITIONS, signed, TOKEN, type World } from '../support/world.ts';

let world: World;

beforeAll(async () => {
  world = await createWorld(await reusedControlPlane());
});
afterAll(() => world?.end());

const onRepo = (name: string, more: object = {}) => ({
  type: 'github',
  events: ['ping', 'push'],
  secretRef: { name },
  resources: [{ kind: 'GitRepository', name }],
  ...more,
});

/** A Secret, a target and a Receiver, all of one name. @returns the path. */
async function trio(name: string, more: object = {}): Promise<string> {
  await world.secret(name, { token: TOKEN });
  await world.target('GitRepository', name);
  await world.receiver(name, onRepo(name, more));
  const path = await world.ready(name);
  await world.resolved(name, 'Resolved');
  return path;
}

/** The conditions of Flux. */
const shown = (receiver: Receiver) =>
  Object.fromEntries(
    (receiver.status?.conditions ?? [])
      .filter(({ type }) => !OUR_CONDITIONS.includes(type))
      .map((c) => [c.type, `${c.status} ${c.reason}`]),
  );

describe('a Receiver that is fine', () => {
  it('is Ready at its path, with the message that Flux gives', async () => {
    const path = await trio('fine');
    const receiver = await world.read('fine');
    expect(path).toMatch(/^\/hook\/[0-9a-f]{64}$/);
    expect(shown(receiver)).toEqual({ Ready: 'True Succeeded' });
    expect(conditionOf(receiver, 'Ready')?.message).toBe(`Receiver initialized for path: ${path}`);
    expect(receiver.status?.observedGeneration).toBe(receiver.metadata.generation);
    expect(receiver.metadata.finalizers).toBeUndefined();
  });

  it('tells so once in an Event', async () => {
    await trio('reported');
    const note = await waitFor('the Event', async () => {
      const found = await world.kubectl(
        'get',
        'events',
        '-o',
        'json',
        '--field-selector',
        'involvedObject.name=reported',
      );
      const { items } = JSON.parse(found) as { items: { type: string; reason: string; message: string }[] };
      return items.length > 0 && items;
    });
    expect(note).toHaveLength(1);
    expect(note[0]).toMatchObject({
      type: 'Normal',
      reason: 'Succeeded',
      message: 'Reconciliation finished, next run in 10m0s',
    });
  });

  it('prints as flux users know it', async () => {
    const path = await trio('printed');
    const table = await world.kubectl('get', 'receivers', 'printed');
    const [head = '', row = ''] = table.split('\n');
    expect(head.split(/\s{2,}/).map((cell) => cell.trim())).toEqual(['NAME', 'AGE', 'READY', 'STATUS', 'URL', 'LAST']);
    expect(row).toContain(`Receiver initialized for path: ${path}`);
  });

  it('answers a reconcile request of the flux CLI', async () => {
    await trio('asked');
    await world.kubectl('annotate', 'receiver', 'asked', 'reconcile.fluxcd.io/requestedAt=2026-01-01T00:00:00Z');
    const handled = await waitFor(
      'lastHandledReconcileAt',
      async () => (await world.read('asked')).status?.lastHandledReconcileAt,
    );
    expect(handled).toBe('2026-01-01T00:00:00Z');
  });

  it('costs no write once it is settled', async () => {
    await trio('settled');
    const before = await world.read('settled');
    await world.settled();
    expect((await world.read('settled')).metadata.resourceVersion).toBe(before.metadata.resourceVersion);
  });

  it('observes a new generation', async () => {
    await trio('edited');
    await world.receiver('edited', onRepo('edited', { events: ['push'] }));
    const receiver = await world.reason('edited', 'Succeeded');
    expect(receiver.metadata.generation).toBe(2);
    expect(receiver.status?.observedGeneration).toBe(2);
  });
});

describe('its token', () => {
  it('moves the path within a second when it is rotated, without any label', async () => {
    const path = await trio('rotated');
    await world.secret('rotated', { token: 'another' });
    const moved = await waitFor('a new path', async () => {
      const now = (await world.read('rotated')).status?.webhookPath;
      return now !== undefined && now !== path && now;
    });
    expect((await world.post(path, signed({}))).status).toBe(404);
    expect((await world.post(moved, signed({}, 'push', TOKEN))).status).toBe(400);
    expect((await world.post(moved, signed({}, 'push', 'another'))).status).toBe(200);
  });

  it('is served and proves beside the next one while it is previousToken', async () => {
    const before = await trio('rotating');
    await world.secret('rotating', { token: 'next', previousToken: TOKEN });
    const path = await waitFor('a new path', async () => {
      const now = await world.ready('rotating');
      return now !== before && now;
    });
    for (const at of [before, path]) {
      for (const token of [TOKEN, 'next']) {
        const former = await world.requestedAt('GitRepository', 'rotating');
        expect((await world.post(at, signed({}, 'push', token))).status).toBe(200);
        expect(await world.requestedAt('GitRepository', 'rotating')).not.toBe(former);
      }
      expect((await world.post(at, signed({}, 'push', 'other'))).status).toBe(400);
    }
    const used = (await world.log())
      .filter(({ msg, name }) => msg === 'webhook accepted' && name === 'rotating')
      .map(({ credential }) => credential);
    expect(used).toEqual(['previousToken', 'previousToken', 'previousToken', 'token']);

    await world.receiver('rotating', onRepo('rotating', { suspend: true }));
    await world.settled();
    for (const at of [before, path]) expect((await world.post(at, signed({}))).status).toBe(503);
    await world.restart();
    await world.settled();
    for (const at of [before, path]) expect((await world.post(at, signed({}))).status).toBe(503);
    await world.receiver('rotating', onRepo('rotating'));
    expect(await world.ready('rotating')).toBe(path);

    await world.secret('rotating', { token: 'next', previousToken: '' });
    await waitFor('the old path gone', async () => (await world.post(before, signed({}))).status === 404);
    expect((await world.post(path, signed({}, 'push', TOKEN))).status).toBe(400);
    expect((await world.post(path, signed({}, 'push', 'next'))).status).toBe(200);
    expect((await world.read('rotating')).status?.webhookPath).toBe(path);
  });

  it.each([
    ['no Secret', undefined, /not found/],
    ['no key token', { other: 'x' }, /no key 'token'/],
    ['an empty token', { token: '' }, /empty 'token'/],
  ])('is missed: %s', async (what, data, message) => {
    const name = `missing-${what.replaceAll(' ', '-').toLowerCase()}`;
    if (data !== undefined) await world.secret(name, data);
    await world.target('GitRepository', name);
    await world.receiver(name, onRepo(name));
    const receiver = await world.reason(name, 'TokenNotFound');
    expect(shown(receiver)).toEqual({ Ready: 'False TokenNotFound', Reconciling: 'True ProgressingWithRetry' });
    expect(conditionOf(receiver, 'Ready')?.message).toMatch(message);
    expect(receiver.status?.observedGeneration).toBe(-1);
    expect(receiver.status?.webhookPath ?? '').toBe('');
    await world.secret(name, { token: TOKEN });
    expect(await world.ready(name)).toMatch(/^\/hook\//);
  });

  it('takes the path away when its Secret goes, and gives it back when it returns', async () => {
    const path = await trio('removed');
    await world.kubectl('delete', 'secret', 'removed');
    const receiver = await world.reason('removed', 'TokenNotFound');
    expect(receiver.status?.webhookPath ?? '').toBe('');
    expect((await world.post(path, signed({}))).status).toBe(404);
    await world.secret('removed', { token: TOKEN });
    expect(await world.ready('removed')).toBe(path);
    expect((await world.post(path, signed({}))).status).toBe(200);
  });

  it('may be binary', async () => {
    const token = Buffer.from([0, 1, 2, 0xff, 0xfe, 0x0a]);
    await world.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'binary' },
      data: { token: token.toString('base64') },
    });
    await world.target('GitRepository', 'binary');
    await world.receiver('binary', { ...onRepo('binary'), type: 'generic-hmac', events: [] });
    const path = await world.ready('binary');
    const { createHmac } = await import('node:crypto');
    const signature = `sha512=${createHmac('sha512', token).update('{}').digest('hex')}`;
    const headers = { 'x-signature': signature, 'content-type': 'application/json' };
    expect((await world.post(path, { headers, body: '{}' })).status).toBe(200);
    expect((await world.post(path, { headers, body: '{ }' })).status).toBe(400);
  });
});

describe('a Receiver that cannot work as it is written', () => {
  it.each([
    ['does-not-compile', 'req.'],
    ['unknown-variable', 'reqq.ref == "x"'],
    ['not-bool', 'req.ref'],
    ['claims-elsewhere', 'claims.sub == "x"'],
  ])('stalls on a filter: %s', async (name, resourceFilter) => {
    await world.secret(name, { token: TOKEN });
    await world.receiver(name, onRepo(name, { resourceFilter }));
    const receiver = await world.reason(name, 'InvalidCELExpression');
    expect(shown(receiver)).toEqual({ Ready: 'False InvalidCELExpression', Stalled: 'True InvalidCELExpression' });
    expect(receiver.status?.observedGeneration).toBe(receiver.metadata.generation);
  });

  it('stalls on an entry’s own filter, keeps its path, which answers 503, and comes back', async () => {
    const path = await trio('stalled');
    const broken = { resources: [{ kind: 'GitRepository', name: 'stalled', filter: 'res.' }] };
    await world.receiver('stalled', onRepo('stalled', broken));
    const receiver = await world.reason('stalled', 'InvalidCELExpression');
    expect(receiver.status?.webhookPath).toBe(path);
    expect(conditionOf(receiver, 'Ready')?.message).toContain('spec.resources[0].filter');
    expect((await world.post(path, signed({}))).status).toBe(503);
    expect((await world.post(path, { method: 'DELETE' })).status).toBe(405);
    await world.receiver('stalled', onRepo('stalled'));
    expect(await world.ready('stalled')).toBe(path);
    expect((await world.post(path, signed({}))).status).toBe(200);
  });

  it('has no path, and answers 404, when it stalled before it was ever Ready', async () => {
    await world.secret('never', { token: TOKEN });
    await world.receiver('never', onRepo('never', { resourceFilter: '1' }));
    const receiver = await world.reason('never', 'InvalidCELExpression');
    expect(receiver.status?.webhookPath).toBeUndefined();
  });

  it('tells of a stall in an Event with its reason', async () => {
    await world.receiver('stall-event', onRepo('stall-event', { resourceFilter: '1' }));
    const events = await waitFor('the Event', async () => {
      const found = await world.kubectl(
        'get',
        'events',
        '-o',
        'json',
        '--field-selector',
        'involvedObject.name=stall-event',
      );
      const { items } = JSON.parse(found) as { items: { type: string; reason: string }[] };
      return items.length > 0 && items;
    });
    expect(events[0]).toMatchObject({ type: 'Warning', reason: 'InvalidCELExpression' });
  });
});

describe('a Secret whose name cannot be one', () => {
  it.each([
    ['', 'must not be empty'],
    ['a/b', "must not contain '/'"],
    ['..', "must not be '..'"],
  ])('%j: the condition names the field, and nothing is read', async (name, fault) => {
    const receiver = `unnamed-${name.length}-${name.charCodeAt(0) || 0}`;
    await world.receiver(receiver, { type: 'github', secretRef: { name }, resources: [] });
    const { message } = conditionOf(await world.reason(receiver, 'TokenNotFound'), 'Ready') ?? {};
    expect(message).toBe(`spec.secretRef.name ${JSON.stringify(name)} ${fault}`);
  });
});

describe('a path that two Receivers have', () => {
  it('stays with the older; the younger stalls until it is free', async () => {
    // sha256(token + name + namespace): a shorter token and a longer name give the same text.
    await world.secret('long', { token: 'tokenx' });
    await world.secret('short', { token: 'token' });
    await world.receiver('y', onRepo('long'));
    const path = await world.ready('y');
    // Ages have a resolution of one second.
    const born = Date.parse((await world.read('y')).metadata.creationTimestamp ?? '');
    await waitFor('the next second', () => Date.now() >= born + 1_000);
    await world.receiver('xy', onRepo('short'));
    const younger = await world.reason('xy', 'PathCollision');
    expect(shown(younger)).toEqual({ Ready: 'False PathCollision', Stalled: 'True PathCollision' });
    await world.kubectl('delete', 'receiver', 'y');
    expect(await world.ready('xy')).toBe(path);
  });
});

describe('a suspended Receiver', () => {
  it('keeps its status and answers 503, also across a restart and a rotation, until it is resumed', async () => {
    const path = await trio('paused');
    await world.receiver('awake', onRepo('paused'));
    const former = await world.ready('awake');
    await world.receiver('paused', onRepo('paused', { suspend: true }));
    await waitFor('503', async () => (await world.post(path, signed({}))).status === 503);
    const { status } = await waitFor('its generation to be observed', async () => {
      const read = await world.read('paused');
      return read.status?.observedGeneration === read.metadata.generation && read;
    });
    expect(status?.webhookPath).toBe(path);
    await world.secret('paused', { token: 'rotated' });
    await waitFor('the rotation seen', async () => (await world.ready('awake')) !== former);
    expect((await world.post(path, signed({}))).status).toBe(503);
    await world.restart();
    expect((await world.post(path, signed({}))).status).toBe(503);
    expect((await world.read('paused')).status).toEqual(status);
    await world.receiver('paused', onRepo('paused', { suspend: false }));
    const resumed = await world.ready('paused');
    expect(resumed).not.toBe(path);
    expect((await world.post(path, signed({}))).status).toBe(404);
    expect((await world.post(resumed, signed({}, 'push', 'rotated'))).status).toBe(200);
  });

  it('is Current for kstatus: its generation and its requested reconcile are observed, its conditions stay', async () => {
    await trio('current');
    const { conditions } = (await world.read('current')).status ?? {};
    await world.receiver('current', onRepo('current', { suspend: true }), {
      annotations: { [REQUESTED_AT_ANNOTATION]: 'now' },
    });
    const receiver = await waitFor('both fields', async () => {
      const read = await world.read('current');
      return read.status?.observedGeneration === read.metadata.generation && read;
    });
    expect(receiver.status?.lastHandledReconcileAt).toBe('now');
    expect(receiver.status?.conditions).toEqual(conditions);
  });

  it('keeps the generation that it had when it was not Ready', async () => {
    await world.receiver('not-ready', onRepo('nobody'));
    await world.reason('not-ready', 'TokenNotFound');
    await world.receiver('not-ready', onRepo('nobody', { suspend: true }), {
      annotations: { [REQUESTED_AT_ANNOTATION]: 'now' },
    });
    const { status } = await waitFor('the request', async () => {
      const read = await world.read('not-ready');
      return read.status?.lastHandledReconcileAt === 'now' && read;
    });
    expect(status?.observedGeneration).toBe(-1);
  });

  it('has no path when it was created suspended', async () => {
    await world.secret('born-paused', { token: TOKEN });
    await world.receiver('born-paused', onRepo('born-paused', { suspend: true }));
    // What comes after it in the queue has been reconciled.
    await trio('after-born-paused');
    expect((await world.read('born-paused')).status).toEqual({ observedGeneration: -1 });
  });
});

describe('a deleted Receiver', () => {
  it('answers 404 at once', async () => {
    const path = await trio('deleted');
    await world.kubectl('delete', 'receiver', 'deleted');
    await waitFor('404', async () => (await world.post(path, signed({}))).status === 404);
  });

  it('is let go although Flux’s finalizer is on it', async () => {
    await world.secret('held', { token: TOKEN });
    await world.target('GitRepository', 'held');
    await world.receiver('held', onRepo('held'), { finalizers: ['finalizers.fluxcd.io', 'example.com/other'] });
    await world.ready('held');
    await world.kubectl('delete', 'receiver', 'held', '--wait=false');
    await waitFor('the finalizer released, the other one kept', async () => {
      const { finalizers } = (await world.read('held')).metadata;
      return finalizers?.length === 1 && finalizers[0] === 'example.com/other';
    });
    await world.kubectl('patch', 'receiver', 'held', '--type=merge', '-p', '{"metadata":{"finalizers":null}}');
    await waitFor('gone', async () => (await world.kubectl('get', 'receiver', 'held', '--ignore-not-found')) === '');
  });
});
