/** When it is said of a Receiver that its sources move without webhooks. */
import { describe, expect, it } from 'vitest';
import type { BrokerReceiver } from '../../../../operator/api/broker-receiver/broker-receiver.ts';
import type { ResourceReference } from '../../../../operator/api/receiver/receiver.ts';
import { referrersOf } from '../../../../operator/deliveries/follow/referrers.ts';
import { startSilentBreaks } from '../../../../operator/deliveries/follow/silent-break.ts';
import type { PeerAnswers } from '../../../../operator/deliveries/peers/peers.ts';
import { createJournal } from '../../../../operator/deliveries/records/journal.ts';
import type { Delivery, ObjectRef } from '../../../../operator/deliveries/records/record.ts';
import { type RecordView, recordView } from '../../../../operator/deliveries/records/record-view.ts';
import { compileTargets } from '../../../../operator/receivers/compile-targets.ts';
import type { ObservedTarget } from '../../../../operator/receivers/observed-target.ts';
import type { Route } from '../../../../operator/receivers/route.ts';
import type { TargetChange } from '../../../../operator/receivers/target-watches.ts';
import { aBrokerReceiver } from '../../sources/a-broker-receiver.ts';
import { observed } from './observed.ts';

const START_MS = Date.UTC(2026, 10, 27, 10);
const WEB: ObjectRef = { kind: 'Receiver', namespace: 'apps', name: 'web' };
const ECR: ObjectRef = { kind: 'BrokerReceiver', namespace: 'apps', name: 'ecr' };
const REF = 'GitRepository/apps/app';

interface Changing {
  readonly kind?: string;
  readonly name?: string;
  readonly versions?: readonly string[];
}

function setUp() {
  const clock = { nowMs: START_MS, now: () => clock.nowMs };
  const journal = createJournal({ maxRecords: 100, clock });
  const listeners: ((change: TargetChange) => void)[] = [];
  const peerListeners: ((record: RecordView) => void)[] = [];
  const told: [name: string, message: string | undefined][] = [];
  const moved: string[] = [];
  const world = {
    leads: true,
    referrers: [WEB],
    partial: [] as string[],
    recordingSinceMs: START_MS,
    others: [] as RecordView[],
  };
  let asked = 0;
  const ask = async (object: ObjectRef): Promise<PeerAnswers> => {
    asked += 1;
    const own = journal.of(object);
    return {
      items: [...own.map((record) => recordView(record, 'a', journal, own)), ...world.others],
      partial: world.partial,
      recordingSince: { a: new Date(START_MS).toISOString(), b: new Date(world.recordingSinceMs).toISOString() },
      servingSince: {},
    };
  };
  const breaks = startSilentBreaks(
    {
      watches: { subscribe: (listener) => void listeners.push(listener) },
      journal,
      onPeerRecord: (listener) => void peerListeners.push(listener),
      ask,
      referrersOf: () => world.referrers,
      isLeader: () => world.leads,
      onMoved: ({ name }) => void moved.push(name),
      tell: ({ name }, message) => void told.push([name, message]),
    },
    clock.now,
  );
  const sources = new Map<string, ObservedTarget>();
  let commits = 0;

  /** A source changes, as it is watched in one version or in several; done when that is judged. */
  async function change(
    more: Partial<ObservedTarget>,
    { kind = 'GitRepository', name = 'app', versions = ['v1'] }: Changing = {},
  ): Promise<void> {
    clock.nowMs += 1_000;
    const metadata = { namespace: 'apps', name };
    const before = sources.get(name) ?? observed({ revision: 'main@sha1:0' });
    const now = { ...before, ...more };
    sources.set(name, now);
    const [object, previous] = [
      { metadata, observed: now },
      { metadata, observed: before },
    ];
    const event = { type: 'updated', key: `apps/${name}`, initial: false, object, previous } as const;
    for (const apiVersion of versions) for (const listener of listeners) listener({ apiVersion, kind, event });
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  }

  function commitOf(index: number): string {
    return index.toString(16).padStart(40, '0');
  }

  /** It finds one more commit by polling. */
  function poll(more: Partial<ObservedTarget> = {}, changing: Changing = {}): Promise<void> {
    commits += 1;
    return change({ revision: `main@sha1:${commitOf(commits)}`, ...more }, changing);
  }

  /** Another replica has recorded a delivery, which the leader has not heard of. */
  function deliverElsewhere(more: Partial<Delivery>): RecordView {
    const elsewhere = createJournal({ maxRecords: 100, clock });
    const record = elsewhere.add(deliveryOf(more));
    if (record === undefined) throw new Error('not recorded');
    return recordView(record, 'b', elsewhere, []);
  }
  const hear = (record: RecordView) => {
    for (const listener of peerListeners) listener(record);
  };

  function deliveryOf(more: Partial<Delivery>): Delivery {
    return {
      ...{ atMs: clock.nowMs, ms: 1, bytes: 10, type: 'github', origin: 'http', verdict: 'accepted' },
      ...{ code: 'Delivered', object: WEB, ...more },
    };
  }
  const deliver = (more: Partial<Delivery> = {}) => journal.add(deliveryOf(more));

  const delivery = (requestedAt: string, more: Partial<Delivery> = {}): Partial<Delivery> => ({
    targets: [{ ref: REF, outcome: 'annotated', requestedAt }],
    ...more,
  });
  return {
    ...{
      world,
      told,
      moved,
      change,
      poll,
      deliver,
      deliverElsewhere,
      hear,
      delivery,
      commitOf,
      breaks,
      clock,
      journal,
    },
    asked: () => asked,
  };
}

describe('a source that moves by polling', () => {
  it('three times in a row, breaks the Receiver, and says so', async () => {
    const { poll, told, moved } = setUp();
    await poll();
    await poll();
    expect(told).toEqual([]);
    await poll();
    await poll();
    const message = (count: number) =>
      `${count} commits of GitRepository apps/app were found by polling; no webhook is known; look at the sender's hook page`;
    expect(told).toEqual([
      ['web', message(3)],
      ['web', message(4)],
    ]);
    expect(moved).toHaveLength(4);
  });

  it('names the last webhook', async () => {
    const { poll, deliver, told } = setUp();
    deliver();
    for (let move = 0; move < 3; move++) await poll();
    expect(told.at(-1)?.[1]).toContain('; last webhook 2026-11-27T10:00:00Z; ');
  });

  it('is told of a BrokerReceiver too, in its words', async () => {
    const { poll, deliver, told, world } = setUp();
    world.referrers = [WEB, ECR];
    deliver({ object: ECR, origin: 'broker' });
    for (let move = 0; move < 3; move++) await poll();
    expect(told).toEqual([
      ['web', expect.stringMatching(/no webhook is known; look at the sender's hook page$/)],
      [
        'ecr',
        '3 commits of GitRepository apps/app were found by polling; last message 2026-11-27T10:00:00Z; ' +
          'look whether the sender still publishes to the broker',
      ],
    ]);
    deliver({ object: ECR, origin: 'broker', targets: [{ ref: REF, outcome: 'annotated', requestedAt: 'r' }] });
    expect(told.slice(2)).toEqual([
      ['web', undefined],
      ['ecr', undefined],
    ]);
  });

  it('is not counted where it was asked before, also by other replicas or people', async () => {
    const { poll, change, told, moved } = setUp();
    for (let move = 0; move < 6; move++) {
      await change({ requestedAt: `r${move}` });
      await poll();
    }
    await poll();
    await poll();
    await poll({ requestedAt: 'with it' });
    await poll();
    await poll();
    expect(told).toEqual([]);
    expect(moved).toHaveLength(4);
  });

  it('is not counted where it handles a request of before the process began', async () => {
    const { poll, moved } = setUp();
    await poll({ lastHandledReconcileAt: 'then' });
    expect(moved).toEqual([]);
  });

  it('is not counted where some replica was told of the revision, whatever became of that', async () => {
    const { poll, deliver, deliverElsewhere, told, moved, commitOf, world } = setUp();
    for (let move = 1; move <= 6; move++) {
      deliver({ announced: { revision: commitOf(move) } });
      await poll();
    }
    world.others = [deliverElsewhere({ announced: { revision: commitOf(7) } })];
    await poll();
    expect([told, moved]).toEqual([[], []]);
  });

  it.each<[what: string, delivery: Partial<Delivery>]>([
    ['refused', { verdict: 'refused' }],
    ['made up for', { origin: 'catch-up' }],
  ])('is counted where that delivery was %s', async (_what, more) => {
    const { poll, deliver, moved, commitOf } = setUp();
    deliver({ announced: { revision: commitOf(1) }, ...more });
    await poll();
    expect(moved).toEqual(['app']);
  });

  it('counts for nothing while a replica does not answer, or did not record yet, or another one leads', async () => {
    const { poll, moved, world, clock, asked } = setUp();
    world.partial = ['b'];
    await poll();
    world.partial = [];
    world.recordingSinceMs = clock.nowMs + 60_000;
    await poll();
    const before = asked();
    world.leads = false;
    await poll();
    expect(asked()).toBe(before);
    world.leads = true;
    world.referrers = [];
    await poll();
    expect(moved).toEqual([]);
  });

  it('is no matter of kinds without an artifact', async () => {
    const { change, moved } = setUp();
    await change({ revision: 'b' }, { kind: 'ImageRepository' });
    expect(moved).toEqual([]);
  });

  it('counts once, in however many versions its kind is watched', async () => {
    const { poll, told, moved } = setUp();
    const versions = ['v1', 'v1beta2'];
    await poll({}, { versions });
    await poll({ requestedAt: 'by hand' }, { versions });
    for (let move = 0; move < 2; move++) await poll({}, { versions });
    expect([moved.length, told]).toEqual([3, []]);
    await poll({}, { versions });
    expect(told.at(-1)?.[1]).toContain('3 commits');
  });

  it('is no longer in a row after a delivery to another replica that was not known at once', async () => {
    const { poll, change, world, deliverElsewhere, delivery, told } = setUp();
    await poll();
    await poll();
    const record = deliverElsewhere(delivery('r1'));
    world.partial = ['b'];
    await change({ lastHandledReconcileAt: 'r1' });
    world.partial = [];
    world.others = [record];
    await poll();
    await poll();
    expect(told).toEqual([]);
    await poll();
    expect(told).toHaveLength(1);
  });

  it('begins anew under another leader', async () => {
    const { poll, told, breaks } = setUp();
    await poll();
    await poll();
    breaks.lead();
    await poll();
    expect(told).toEqual([]);
  });
});

describe('a break', () => {
  async function broken() {
    const world = setUp();
    for (let move = 0; move < 3; move++) await world.poll();
    expect(world.told).toHaveLength(1);
    return world;
  }

  it('is over with one delivery for the source, and three more moves break it again', async () => {
    const { deliver, delivery, told, poll } = await broken();
    deliver(delivery('r1'));
    expect(told.at(-1)).toEqual(['web', undefined]);
    await poll();
    await poll();
    expect(told).toHaveLength(2);
    await poll();
    expect(told.at(-1)?.[1]).toContain('3 commits');
  });

  it('is over with a delivery to another replica, whose annotation is seen', async () => {
    const { world, change, told, delivery, deliverElsewhere } = await broken();
    world.others = [deliverElsewhere(delivery('r1'))];
    await change({ requestedAt: 'r1' });
    expect(told.at(-1)).toEqual(['web', undefined]);
  });

  it('is over with a delivery to another replica that told of it only later', async () => {
    const { change, told, delivery, deliverElsewhere, hear } = await broken();
    const record = deliverElsewhere(delivery('r1'));
    await change({ requestedAt: 'r1' });
    expect(told).toHaveLength(1);
    hear(record);
    expect(told.at(-1)).toEqual(['web', undefined]);
  });

  it('is not over with a delivery of before, whenever something of it changes or is heard of', async () => {
    const { poll, deliver, delivery, deliverElsewhere, hear, journal, told } = setUp();
    const own = deliver(delivery('r0'));
    const others = deliverElsewhere(delivery('r0'));
    for (let move = 0; move < 3; move++) await poll();
    if (own !== undefined) journal.changed(own);
    hear(others);
    expect(told).toHaveLength(1);
  });

  it('of one source leaves what is said of another', async () => {
    const { poll, deliver, told } = setUp();
    for (const name of ['a', 'b']) for (let move = 0; move < 3; move++) await poll({}, { name });
    expect(told).toHaveLength(2);
    deliver({ targets: [{ ref: 'GitRepository/apps/b', outcome: 'annotated', requestedAt: 'r' }] });
    expect(told.at(-1)?.[1]).toContain('GitRepository apps/a ');
    deliver({ targets: [{ ref: 'GitRepository/apps/a', outcome: 'annotated', requestedAt: 'r' }] });
    expect(told.at(-1)).toEqual(['web', undefined]);
  });

  it('is not said any more of a Receiver that names the source no longer', async () => {
    const { poll, told, world } = await broken();
    const other: ObjectRef = { ...WEB, name: 'other' };
    world.referrers = [other];
    await poll();
    expect(told.slice(1).map(([name, message]) => [name, message === undefined])).toEqual([
      ['web', true],
      ['other', false],
    ]);
    world.referrers = [];
    await poll();
    expect(told.at(-1)).toEqual(['other', undefined]);
  });

  it('is not over because somebody annotates the source', async () => {
    const { change, told } = await broken();
    await change({ requestedAt: 'by hand' });
    expect(told).toHaveLength(1);
  });

  it.each<[what: string, delivery: Partial<Delivery>]>([
    ['for another target', { targets: [{ ref: 'GitRepository/apps/other', outcome: 'annotated', requestedAt: 'r' }] }],
    ['that the filters left out', { targets: [{ ref: REF, outcome: 'filtered' }] }],
    ['that was refused', { verdict: 'refused' }],
  ])('is not over with a delivery %s', async (_what, more) => {
    const { deliver, told } = await broken();
    deliver(more);
    expect(told).toHaveLength(1);
  });
});

describe('what notifies a target', () => {
  type Resources = ResourceReference[];
  const target = { kind: 'GitRepository', namespace: 'apps', name: 'app' };
  const labels = { team: 'a' };
  const named: Resources = [{ kind: 'GitRepository', name: 'app' }];
  const selecting = (matchLabels?: Record<string, string>): Resources => [
    { kind: 'GitRepository', name: '*', ...(matchLabels === undefined ? {} : { matchLabels }) },
  ];

  interface World {
    readonly resources?: Resources;
    readonly isServed?: boolean;
    readonly brokers?: readonly BrokerReceiver[];
    readonly sameNamespaceOnly?: boolean;
  }

  /** Of a Receiver in a namespace, and of BrokerReceivers. */
  function found(
    namespace: string,
    { resources = [], isServed = true, brokers = [], sameNamespaceOnly = false }: World,
  ) {
    const route = { serving: isServed ? compileTargets({ resources }, namespace) : undefined } as Route;
    return referrersOf(
      {
        routes: { findByKey: (key) => (key === `${namespace}/web` ? route : undefined) },
        receivers: () => [`${namespace}/web`],
        brokerReceivers: () => brokers,
        sameNamespaceOnly,
      },
      target,
      labels,
    ).map((object) => `${object.kind} ${object.namespace}/${object.name}`);
  }

  it.each<[what: string, resources: Resources, namespace: string, isOne: boolean]>([
    ['by name', named, 'apps', true],
    ['another name', [{ kind: 'GitRepository', name: 'other' }], 'apps', false],
    ['another kind', [{ kind: 'Bucket', name: 'app' }], 'apps', false],
    ['by labels', selecting({ team: 'a' }), 'apps', true],
    ['other labels', selecting({ team: 'b' }), 'apps', false],
    ['no labels to match', selecting(), 'apps', false],
    ['all of a kind', selecting({}), 'apps', true],
    ['the same name in its own namespace', named, 'flux-system', false],
    ['from elsewhere', [{ kind: 'GitRepository', name: 'app', namespace: 'apps' }], 'flux-system', true],
  ])('%s', (_what, resources, namespace, isOne) => {
    const broker = aBrokerReceiver({ resources }, { metadata: { namespace } });
    const all = isOne ? [`Receiver ${namespace}/web`, `BrokerReceiver ${namespace}/ecr`] : [];
    expect(found(namespace, { resources, brokers: [broker] })).toEqual(all);
    const ofNamespace = namespace === 'apps' ? all : [];
    expect(found(namespace, { resources, brokers: [broker], sameNamespaceOnly: true })).toEqual(ofNamespace);
  });

  it.each<[what: string, broker: BrokerReceiver, world: World, expected: string[]]>([
    ['that hands messages to a Receiver', receiving('web'), { resources: named }, ['Receiver', 'BrokerReceiver']],
    ['that hands them to one which is not served', receiving('web'), { resources: named, isServed: false }, []],
    ['that hands them to one which is not there', receiving('no'), { resources: named }, ['Receiver']],
    ['that is suspended', aBrokerReceiver({ resources: named, suspend: true }), {}, []],
    ['that is stalled', aBrokerReceiver({ resources: named }, { status: stalled() }), {}, []],
  ])('a BrokerReceiver %s', (_what, broker, world, expected) => {
    expect(found('apps', { ...world, brokers: [broker] }).map((one) => one.split(' ')[0])).toEqual(expected);
  });

  function receiving(name: string): BrokerReceiver {
    return aBrokerReceiver({ receiverRef: { name } });
  }

  function stalled(): NonNullable<BrokerReceiver['status']> {
    const common = { reason: 'ValidationFailed', message: '', lastTransitionTime: '' };
    return { conditions: [{ type: 'Stalled', status: 'True', ...common }] };
  }
});
