// Coalescing and keeping, on a real API server, with requests counted and held back on their way.
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ControlPlane } from '../../../control-plane/start.ts';
import { ApiError, ConnectionError } from '../../../operator/kube/api-error.ts';
import type { KubeClient, KubeObject, KubeRequest, ResourceType } from '../../../operator/kube/kube-client.ts';
import { systemClock } from '../../../operator/observe/clock.ts';
import { type Annotator, type Applied, createAnnotator, type Target } from '../../../operator/receivers/annotator.ts';
import { createPending, type Pending } from '../../../operator/receivers/pending.ts';
import { freshNamespace, sharedControlPlane } from '../../support/control-plane.ts';
import { type GatedClient, gated, kubeClientFor } from '../../support/kube-client-for.ts';
import { waitFor } from '../../support/wait-for.ts';

const CONFIG_MAPS: ResourceType = { apiVersion: 'v1', plural: 'configmaps', namespaced: true };
const LONG_MS = 60_000;
const ANNOTATION = 'reconcile.fluxcd.io/requestedAt';

let controlPlane: ControlPlane;
let admin: KubeClient;
let namespace: string;

beforeAll(async () => {
  controlPlane = await sharedControlPlane();
  admin = kubeClientFor(controlPlane.adminKubeconfig);
});
afterAll(() => admin.close());
beforeEach(async () => {
  namespace = await freshNamespace(controlPlane);
});

interface Bench {
  readonly annotator: Annotator;
  readonly pending: Pending;
  readonly gate: GatedClient;
  /** What the next requests fail with instead of being sent. */
  readonly fail: { with: Error | undefined };
  patches(): number;
  coalesced(): number;
}

function bench(maxJobs = 10): Bench {
  const gate = gated(admin);
  const fail: { with: Error | undefined } = { with: undefined };
  let patches = 0;
  let coalesced = 0;
  const client: KubeClient = {
    ...gate,
    async request<T>(request: KubeRequest): Promise<T> {
      patches += 1;
      if (fail.with !== undefined) throw fail.with;
      return await gate.request<T>(request);
    },
  };
  const log = pino({ level: 'silent' });
  const pending = createPending({
    maxJobs,
    maxBytes: 1_000,
    log,
    metrics: { pending: () => undefined, abandoned: () => undefined },
    clock: systemClock,
    random: () => 0,
  });
  const annotator = createAnnotator({ client, pending, clock: systemClock, onCoalesced: () => (coalesced += 1) });
  return { annotator, pending, gate, fail, patches: () => patches, coalesced: () => coalesced };
}

async function target(name: string): Promise<Target> {
  const body = { metadata: { name } };
  await admin.request({ method: 'POST', path: `/api/v1/namespaces/${namespace}/configmaps`, body });
  return { type: CONFIG_MAPS, kind: 'ConfigMap', namespace, name };
}

async function read({ name }: Target): Promise<string | undefined> {
  const path = `/api/v1/namespaces/${namespace}/configmaps/${name}`;
  return (await admin.request<KubeObject>({ method: 'GET', path })).metadata.annotations?.[ANNOTATION];
}

function shown(applied: Applied): 'applied' | 'kept' {
  return 'settled' in applied ? 'kept' : 'applied';
}

describe('annotating', () => {
  it('touches nothing but the one annotation', async () => {
    const { annotator } = bench();
    const one = await target('one');
    await admin.request({
      method: 'PATCH',
      path: `/api/v1/namespaces/${namespace}/configmaps/one`,
      contentType: 'application/merge-patch+json',
      body: { metadata: { annotations: { kept: 'yes' } }, data: { a: 'b' } },
    });
    expect(shown(await annotator.request(one, LONG_MS))).toBe('applied');
    const path = `/api/v1/namespaces/${namespace}/configmaps/one`;
    const after = await admin.request<KubeObject & { data: unknown }>({ method: 'GET', path });
    expect(Object.keys(after.metadata.annotations ?? {}).sort()).toEqual(['kept', ANNOTATION]);
    expect(after.data).toEqual({ a: 'b' });
  });

  it('answers many at once with one PATCH more than the one under way', async () => {
    const { annotator, gate, patches, coalesced } = bench();
    const hot = await target('hot');
    gate.hold(() => true);
    const first = annotator.request(hot, LONG_MS);
    await waitFor('the first PATCH', () => gate.held === 1);
    const written = await read(hot);
    const later = Array.from({ length: 100 }, () => annotator.request(hot, LONG_MS));
    gate.open();
    expect(shown(await first)).toBe('applied');
    expect(new Set((await Promise.all(later)).map(shown))).toEqual(new Set(['applied']));
    expect(patches()).toBe(2);
    expect(coalesced()).toBe(99);
    // Those that came while the first was under way were not answered by it.
    expect(await read(hot)).not.toBe(written);
  });

  it('does not make one target wait for another', async () => {
    const { annotator, gate } = bench();
    const [slow, quick] = [await target('slow'), await target('quick')];
    gate.hold((request) => request.path.endsWith('/slow'));
    const held = annotator.request(slow, LONG_MS);
    expect(shown(await annotator.request(quick, LONG_MS))).toBe('applied');
    gate.open();
    expect(shown(await held)).toBe('applied');
  });

  it('says when a target is missing, and goes on with it when it comes', async () => {
    const { annotator, pending } = bench();
    const missing: Target = { type: CONFIG_MAPS, kind: 'ConfigMap', namespace, name: 'later' };
    await expect(annotator.request(missing, LONG_MS)).rejects.toMatchObject({ code: 'TargetNotFound' });
    expect(pending.size).toBe(0);
    const come = await target('later');
    expect(shown(await annotator.request(come, LONG_MS))).toBe('applied');
  });
});

describe('while the API server is away', () => {
  const away = new ConnectionError('away');

  it('keeps a target once, however often it is asked for, and applies it afterwards', async () => {
    const { annotator, pending, fail } = bench();
    const one = await target('one');
    fail.with = away;
    const answers = await Promise.all(Array.from({ length: 20 }, () => annotator.request(one, LONG_MS)));
    expect(new Set(answers.map(shown))).toEqual(new Set(['kept']));
    expect(pending.size).toBe(1);
    fail.with = undefined;
    await waitFor('the annotation', () => read(one));
    await waitFor('nothing pending', () => pending.size === 0);
  });

  it('refuses what there is no room for, and keeps what it has', async () => {
    const { annotator, pending, fail } = bench(1);
    const [one, two] = [await target('one'), await target('two')];
    fail.with = away;
    expect(shown(await annotator.request(one, LONG_MS))).toBe('kept');
    await expect(annotator.request(two, LONG_MS)).rejects.toMatchObject({ code: 'PendingFull' });
    expect(shown(await annotator.request(one, LONG_MS))).toBe('kept');
    fail.with = undefined;
    await waitFor('nothing pending', () => pending.size === 0);
    expect(await read(one)).toBeDefined();
    expect(await read(two)).toBeUndefined();
  });

  it('tries one at a time, and all once it is back', async () => {
    const { annotator, pending, fail } = bench(100);
    const targets = await Promise.all(Array.from({ length: 50 }, (_, index) => target(`t${index}`)));
    fail.with = away;
    await Promise.all(targets.map((each) => annotator.request(each, LONG_MS)));
    expect(pending.size).toBe(50);
    fail.with = undefined;
    await waitFor('nothing pending', () => pending.size === 0);
    for (const each of targets) expect(await read(each)).toBeDefined();
  });

  it('drops a promise whose target is gone', async () => {
    const { annotator, pending, fail } = bench();
    const one = await target('one');
    fail.with = away;
    expect(shown(await annotator.request(one, LONG_MS))).toBe('kept');
    await admin.request({ method: 'DELETE', path: `/api/v1/namespaces/${namespace}/configmaps/one` });
    fail.with = undefined;
    await waitFor('nothing pending', () => pending.size === 0);
  });

  it('keeps a promise through a refusal: an API server that starts refuses what it will allow', async () => {
    const { annotator, pending, fail } = bench();
    const one = await target('one');
    fail.with = away;
    expect(shown(await annotator.request(one, LONG_MS))).toBe('kept');
    fail.with = new ApiError(403, undefined, undefined);
    await waitFor('an attempt that was refused', () => pending.size === 1);
    expect(shown(await annotator.request(one, LONG_MS))).toBe('kept');
    fail.with = undefined;
    await waitFor('the annotation', () => read(one));
  });

  it('promises what takes too long, and pays it by the same PATCH', async () => {
    const { annotator, pending, gate, patches } = bench();
    const slow = await target('slow');
    gate.hold(() => true);
    expect(shown(await annotator.request(slow, 50))).toBe('kept');
    expect(pending.size).toBe(1);
    gate.open();
    await waitFor('nothing pending', () => pending.size === 0);
    expect(patches()).toBe(1);
  });

  it('gives up only when its time is over, and says how much', async () => {
    const { annotator, pending, fail } = bench();
    fail.with = away;
    expect(shown(await annotator.request(await target('one'), LONG_MS))).toBe('kept');
    expect(await pending.flush(100)).toBe(1);
    expect(await bench().pending.flush(100)).toBe(0);
  });

  it('an end that finds it back gives up nothing', async () => {
    const { annotator, pending, fail } = bench();
    const one = await target('one');
    fail.with = away;
    expect(shown(await annotator.request(one, LONG_MS))).toBe('kept');
    fail.with = undefined;
    expect(await pending.flush(30_000)).toBe(0);
    expect(await read(one)).toBeDefined();
  });
});
