/** When statuses are written: by the leader alone, rarely, and never while nothing arrives. */
import { isDeepStrictEqual } from 'node:util';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { RECEIVER_API_VERSION, type Receiver } from '../../../../operator/api/receiver/receiver.ts';
import type { PeerRecord } from '../../../../operator/deliveries/peers/peer-answer.ts';
import { createOwnAnswers } from '../../../../operator/deliveries/peers/peer-answer.ts';
import { createJournal } from '../../../../operator/deliveries/records/journal.ts';
import { createStatusPart, type StatusPartOptions } from '../../../../operator/deliveries/status/status-part.ts';
import type { EventText } from '../../../../operator/kube/events/event-series.ts';
import { createStatusAdditions } from '../../../../operator/platform/status-additions.ts';
import { createManualClock } from '../../../support/manual-clock.ts';
import { BEGIN_MS, recordAt } from './peer-record.ts';

const SECOND = 1_000;
const INTERVAL_MS = 30 * SECOND;

interface World {
  readonly leads?: boolean;
  readonly history?: number;
  readonly others?: () => readonly PeerRecord[] | Promise<readonly PeerRecord[]>;
}

/** A leader with Receivers in memory, whose owner writes statuses as the controller does. */
function setUp(names: readonly string[], { leads = true, history = 1_000, others }: World = {}) {
  const clock = createManualClock(BEGIN_MS);
  const leader = { leads };
  const journal = createJournal({ maxRecords: history, clock });
  const registry = new Registry();
  const statusAdditions = createStatusAdditions({ isLeader: () => leader.leads, clock });
  const objects = new Map<string, Receiver>();
  const events: (EventText & { readonly name: string })[] = [];
  const writes: string[] = [];
  const asked: unknown[] = [];

  async function reconcile(key: string): Promise<void> {
    const receiver = objects.get(key);
    if (receiver === undefined) return;
    const before = receiver.status ?? {};
    const status = await statusAdditions.merge('Receiver', receiver, before);
    if (isDeepStrictEqual(before, status)) return;
    writes.push(key);
    objects.set(key, { ...receiver, status });
    await reconcile(key);
  }
  statusAdditions.own('Receiver', (key) => void reconcile(key));
  const own = createOwnAnswers({ journal, replica: 'a', servingSinceMs: () => undefined, clock });
  const kind = { hasHandledAll: () => true, absence: () => undefined };
  const options: StatusPartOptions = {
    cluster: {
      clock,
      events: { record: ({ name }, event) => void events.push({ ...event, name }), stop: async () => {} },
      leader: leader as StatusPartOptions['cluster']['leader'],
      metrics: { registry } as StatusPartOptions['cluster']['metrics'],
      statusAdditions,
      objects: (of) =>
        of === 'Receiver' ? { ...kind, get: (key) => objects.get(key), values: () => objects.values() } : undefined,
    },
    config: { deliveryHistory: history, deliveryStatusIntervalMs: INTERVAL_MS, metricsPerObject: false },
    journal,
    peers: {
      enabled: others !== undefined,
      own: own.answer,
      async others(query) {
        asked.push(query);
        return (await others?.()) ?? [];
      },
    },
  };
  const part = createStatusPart(options);
  for (const name of names) {
    objects.set(`apps/${name}`, {
      apiVersion: RECEIVER_API_VERSION,
      kind: 'Receiver',
      metadata: { namespace: 'apps', name },
      spec: { type: 'github', secretRef: { name: 'hook' }, resources: [] },
    });
  }
  const deliver = (name: string, verdict: 'accepted' | 'refused' = 'accepted', more: object = {}) =>
    journal.add({
      atMs: clock.now(),
      ms: 1,
      bytes: 2,
      object: { kind: 'Receiver', namespace: 'apps', name },
      type: 'github',
      event: 'push',
      origin: 'http',
      verdict,
      code: verdict === 'refused' ? 'SignatureMismatch' : 'Delivered',
      ...more,
    });
  const conditionOf = (name: string) =>
    objects.get(`apps/${name}`)?.status?.conditions?.find(({ type }) => type === 'Delivering');
  const told = (name: string) => `${conditionOf(name)?.status} ${conditionOf(name)?.reason}`;
  const reconcileAll = async () => {
    for (const key of objects.keys()) await reconcile(key);
  };
  return {
    clock,
    leader,
    journal,
    registry,
    objects,
    events,
    writes,
    asked,
    part,
    deliver,
    told,
    conditionOf,
    reconcileAll,
  };
}

describe('the status of deliveries', () => {
  it('is written at the first delivery at once, and says before that nothing came', async () => {
    const { clock, writes, deliver, told, objects, reconcileAll } = setUp(['web']);
    await reconcileAll();
    expect(told('web')).toBe('Unknown NoneYet');
    deliver('web');
    await clock.advance(SECOND);
    expect(told('web')).toBe('True Delivered');
    expect(objects.get('apps/web')?.status?.lastDelivery).toMatchObject({
      event: 'push',
      time: '2026-11-26T10:00:00Z',
    });
    expect(writes).toHaveLength(2);
  });

  it('is not written while nothing arrives, and no timer waits for it', async () => {
    const names = Array.from({ length: 1_000 }, (_, index) => `r${index}`);
    const { clock, writes, reconcileAll } = setUp(names);
    await reconcileAll();
    writes.length = 0;
    await clock.advance(3_600 * SECOND);
    await reconcileAll();
    expect(writes).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('is written at most twice a minute, however much arrives', async () => {
    const { clock, writes, deliver, reconcileAll } = setUp(['web']);
    await reconcileAll();
    for (let minute = 0; minute < 12; minute += 1) {
      writes.length = 0;
      for (let turn = 0; turn < 600; turn += 1) {
        deliver('web');
        deliver('web', turn % 7 === 0 ? 'refused' : 'accepted');
        await clock.advance(100);
      }
      expect(writes.length).toBeLessThanOrEqual(2);
    }
    // Nothing changed but the time of the last delivery.
    writes.length = 0;
    for (let second = 0; second < 540; second += 1) {
      deliver('web');
      await clock.advance(SECOND);
    }
    expect(writes.length).toBeLessThanOrEqual(1);
  });

  it('tells of what is refused at most once in an interval, and with the Event of each change', async () => {
    const { clock, writes, deliver, told, events, conditionOf, registry, reconcileAll } = setUp(['web']);
    await reconcileAll();
    deliver('web');
    await clock.advance(INTERVAL_MS + SECOND);
    writes.length = 0;
    for (let second = 0; second < 120; second += 1) {
      deliver('web', 'refused');
      await clock.advance(SECOND);
    }
    expect(told('web')).toBe('False Refused');
    expect(conditionOf('web')?.message).toMatch(
      /^SignatureMismatch: \d+ webhooks in 2 min; the secret at the sender is not key token of Secret apps\/hook$/,
    );
    expect(writes.length).toBeGreaterThan(1);
    expect(writes.length).toBeLessThanOrEqual(5);
    expect(events.map(({ type, reason }) => `${type} ${reason}`)).toEqual(['Warning SignatureMismatch']);
    expect(await registry.metrics()).toContain('sluice_objects_not_delivering{kind="Receiver",reason="Refused"} 1');
    deliver('web');
    await clock.advance(INTERVAL_MS + SECOND);
    expect(told('web')).toBe('True Delivered');
    expect(events.map(({ type, reason }) => `${type} ${reason}`)).toEqual([
      'Warning SignatureMismatch',
      'Normal Delivered',
    ]);
    expect(await registry.metrics()).not.toContain('reason="Refused"');
  });

  it('is the business of the leader', async () => {
    const { clock, leader, writes, part, deliver, told } = setUp(['web'], { leads: false });
    for (let index = 0; index < 3; index += 1) deliver('web', 'refused');
    await clock.advance(120 * SECOND);
    expect(writes).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
    leader.leads = true;
    part.lead?.(undefined);
    await clock.advance(SECOND);
    expect(told('web')).toBe('False Refused');
  });

  it('counts what the other replicas received, which are asked once in an interval', async () => {
    let records: readonly PeerRecord[] = [];
    const { clock, asked, part, told, reconcileAll } = setUp(['web'], { others: () => records });
    await reconcileAll();
    await part.start?.();
    await clock.advance(10 * INTERVAL_MS);
    expect(asked).toHaveLength(10);
    const seconds = clock.now() / SECOND - BEGIN_MS / SECOND;
    records = [1, 2, 3].map((ago) =>
      recordAt(seconds - ago, { verdict: 'refused', code: 'TokenMismatch', replica: 'b' }),
    );
    await clock.advance(INTERVAL_MS + SECOND);
    expect(told('web')).toBe('False Refused');
    await part.stop?.();
    expect(clock.pendingTimers).toBe(0);
  });

  it('counts a message once that another replica has pending, and this one has refused since', async () => {
    const records: PeerRecord[] = [];
    const message = (providerId: string) =>
      ({ origin: 'broker', code: 'poison', event: providerId, providerId }) as const;
    const { clock, part, deliver, told, reconcileAll } = setUp(['web'], { others: () => records });
    await reconcileAll();
    await part.start?.();
    for (const id of ['m-2', 'm-3']) deliver('web', 'refused', message(id));
    await clock.advance(SECOND);
    records.push(recordAt(1, { ...message('m-1'), verdict: 'pending', replica: 'b' }));
    await clock.advance(SECOND);
    deliver('web', 'refused', message('m-1'));
    await clock.advance(2 * INTERVAL_MS);
    expect(told('web')).toBe('False Refused');
  });

  it('passes on what the other replicas received, once', async () => {
    const { clock, part, reconcileAll } = setUp(['web'], { others: () => [recordAt(1, { replica: 'b' })] });
    const heard: string[] = [];
    part.onPeerRecord(({ replica }) => heard.push(replica));
    await reconcileAll();
    await part.start?.();
    await clock.advance(3 * INTERVAL_MS);
    expect(heard).toEqual(['b']);
    await part.stop?.();
  });

  it('asks the other replicas before it says that an object does not receive', async () => {
    const records: PeerRecord[] = [];
    const { clock, asked, part, deliver, told, reconcileAll } = setUp(['web'], { others: () => records });
    await reconcileAll();
    await part.start?.();
    deliver('web');
    await clock.advance(INTERVAL_MS + SECOND);
    asked.length = 0;
    deliver('web', 'refused');
    deliver('web', 'refused');
    await clock.advance(SECOND);
    const seconds = (clock.now() - BEGIN_MS) / SECOND;
    records.push(recordAt(seconds + 1, { replica: 'b' }));
    await clock.advance(SECOND);
    deliver('web', 'refused');
    await clock.advance(5 * SECOND);
    expect(asked).toContainEqual({ object: { kind: 'Receiver', namespace: 'apps', name: 'web' } });
    expect(told('web')).toBe('True Delivered');
  });

  it('asks for many objects at once, as a replica may not answer for a while', async () => {
    const gate = { opens: Promise.resolve() };
    const names = Array.from({ length: 10 }, (_, index) => `web-${index}`);
    const others = async () => {
      await gate.opens;
      return [];
    };
    const { clock, asked, part, deliver, told, reconcileAll } = setUp(names, { others });
    await reconcileAll();
    await part.start?.();
    await clock.advance(SECOND);
    const { promise, resolve } = Promise.withResolvers<void>();
    gate.opens = promise;
    asked.length = 0;
    for (const name of names) for (let times = 0; times < 3; times++) deliver(name, 'refused');
    await clock.advance(SECOND);
    expect(asked).toHaveLength(names.length);
    resolve();
    await clock.advance(SECOND);
    expect(names.map(told)).toEqual(names.map(() => 'False Refused'));
  });

  it('breaks silently where the follow-up says so, until it takes that back', async () => {
    const { clock, part, deliver, told, events, reconcileAll } = setUp(['web']);
    await reconcileAll();
    deliver('web');
    await clock.advance(INTERVAL_MS + SECOND);
    const object = { kind: 'Receiver', namespace: 'apps', name: 'web' };
    part.silentBreak(object, 'look at the hook');
    await clock.advance(SECOND);
    expect(told('web')).toBe('False SilentBreak');
    deliver('web');
    part.silentBreak(object, undefined);
    await clock.advance(INTERVAL_MS + SECOND);
    expect(told('web')).toBe('True Delivered');
    expect(events.map(({ reason }) => reason)).toEqual(['SilentBreak', 'Delivered']);
  });

  it('has no condition without records', async () => {
    const { objects, part, reconcileAll, conditionOf } = setUp(['web'], { history: 0 });
    const receiver = objects.get('apps/web');
    const left = {
      type: 'Delivering',
      status: 'True',
      reason: 'Delivered',
      message: '',
      lastTransitionTime: '',
    } as const;
    if (receiver !== undefined) objects.set('apps/web', { ...receiver, status: { conditions: [left] } });
    await part.start?.();
    await reconcileAll();
    expect(conditionOf('web')).toBeUndefined();
  });

  it('is left alone while the object is suspended', async () => {
    const { clock, objects, writes, deliver, told, reconcileAll } = setUp(['web', 'paused']);
    for (const [key, receiver] of objects) {
      objects.set(key, { ...receiver, spec: { ...receiver.spec, suspend: key === 'apps/paused' } });
    }
    await reconcileAll();
    deliver('paused', 'refused', { code: 'ReceiverUnavailable', suspended: true });
    deliver('web');
    await clock.advance(2 * INTERVAL_MS);
    expect(told('web')).toBe('True Delivered');
    expect(writes).not.toContain('apps/paused');
  });

  it('forgets objects that are gone', async () => {
    const { clock, objects, writes, deliver, reconcileAll } = setUp(['web']);
    await reconcileAll();
    objects.delete('apps/web');
    writes.length = 0;
    deliver('web');
    await clock.advance(120 * SECOND);
    expect(writes).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });
});
