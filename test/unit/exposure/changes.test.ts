// Which Receivers a change queues: a table of changes, over Receivers of which two share a Service.
import { describe, expect, it } from 'vitest';
import { RECEIVER_ANNOTATION } from '../../../operator/api/exposure.ts';
import type { ObjectMeta } from '../../../operator/api/meta.ts';
import {
  anythingChanged,
  type ChangesContext,
  objectChanged,
  receiverChanged,
  secretChanged,
  urlsChanged,
} from '../../../operator/exposure/changes.ts';
import { createEntries } from '../../../operator/exposure/entries.ts';
import { type Entry, entryOf } from '../../../operator/exposure/entry.ts';

const NS = 'flux-system';
const SHARED = 'shared-service';

function entry(name: string, service: { name?: string } = {}, generation = 1): Entry {
  const age = name === 'old' ? '2026-01-01T00:00:00Z' : '2026-01-02T00:00:00Z';
  const metadata = { name, namespace: NS, uid: name, generation, creationTimestamp: age };
  const tenancy = { kinds: [], hosts: [], serviceAnnotations: {}, ingressAnnotations: {} };
  const unset = { loadBalancerClass: undefined, ingressClass: undefined, ingressTlsSecret: undefined };
  const own = { namespace: NS, tenancy: { ...tenancy, ...unset, gateway: undefined }, nowMs: 0 };
  const made = entryOf({ metadata, spec: { exposure: { service } } }, { path: `/hook/${name}` }, undefined, own);
  if (made === undefined) throw new Error('nothing is requested');
  return made;
}

/** `old` and `young` share a Service, `alone` has its own, and `troubled` one that could not be made. */
function world({ leads = true, namespace }: { leads?: boolean; namespace?: string } = {}) {
  const entries = createEntries();
  const troubled = entry('troubled');
  troubled.outcome = { problem: { reason: 'Conflict', message: 'm' } };
  for (const each of [entry('young', { name: SHARED }), entry('old', { name: SHARED }), entry('alone'), troubled]) {
    entries.set(each.key, each);
  }
  const queued: string[] = [];
  const stale: string[] = [];
  const kind = (...owners: string[]) => ({ indexes: () => owners });
  const context: ChangesContext = {
    ...{ entries, leader: { leads }, namespace },
    kinds: { Service: kind('apps/gone'), Ingress: kind(), HTTPRoute: kind() },
    queue: { add: (key, priority) => void queued.push(`${priority} ${key}`) },
    stale: { add: (keys) => void stale.push(...keys) },
    receivers: () => [`${NS}/old`, `${NS}/plain`],
    receiverAt: (path) => (path === '/hook/plain' ? `${NS}/plain` : undefined),
  };
  return { context, queued, stale };
}

const front = (...names: string[]) => names.map((name) => `front ${NS}/${name}`);
const everything = [
  ...['young', 'old', 'alone', 'troubled'].map((name) => `backlog ${NS}/${name}`),
  'backlog apps/gone',
];
const object = (name: string, owner?: string): ObjectMeta => ({
  name,
  ...(owner === undefined ? {} : { annotations: { [RECEIVER_ANNOTATION]: `${NS}/${owner}` } }),
});

describe('an object', () => {
  it.each<
    [name: string, now: ObjectMeta | undefined, before: ObjectMeta | undefined, queued: string[], stale: string[]]
  >([
    ['of a Receiver', object('own', 'alone'), undefined, front('alone'), ['alone']],
    ['that changes hands', object('x', 'alone'), object('x', 'old'), front('alone', 'old'), ['alone', 'old']],
    ['that is shared', object(SHARED, 'old'), undefined, front('old'), ['old']],
    ['that is shared, of one who goes', object(SHARED, 'gone'), undefined, front('gone', 'old'), ['gone']],
    ['of somebody else', object('foreign'), undefined, front('troubled'), []],
    ['of somebody else, with a name that two wait for', object(SHARED), undefined, front('old', 'troubled'), []],
    ['that nobody knows', undefined, undefined, everything, []],
  ])('%s', (_name, now, before, queued, stale) => {
    const made = world();
    objectChanged(made.context, now, before);
    expect(made.queued).toEqual(queued);
    expect(made.stale).toEqual(stale.map((name) => `${NS}/${name}`));
  });
});

describe('a Receiver', () => {
  it.each<[name: string, key: string, next: Entry | undefined, queued: string[]]>([
    ['that is new', 'new', entry('new'), front('new')],
    ['that differs', 'alone', entry('alone', {}, 2), front('alone')],
    ['that is as it was', 'alone', entry('alone'), []],
    ['that goes', 'alone', undefined, front('alone')],
    ['that leaves a shared Service', 'young', undefined, front('young', 'old')],
    ['that joins a shared Service', 'new', entry('new', { name: SHARED }), front('new', 'young', 'old')],
    ['that requests nothing, now and before', 'plain', undefined, []],
  ])('%s', (_name, name, next, queued) => {
    const made = world();
    receiverChanged(made.context, `${NS}/${name}`, next);
    expect(made.queued.toSorted()).toEqual(queued.toSorted());
  });
});

describe('URLs', () => {
  it('of all: every status is written anew, and everything reconciled', () => {
    const { context, queued, stale } = world();
    urlsChanged(context, 'everybody');
    expect(stale).toEqual([`${NS}/old`, `${NS}/plain`]);
    expect(queued).toEqual(everything);
  });

  it('of some: their statuses alone', () => {
    const { context, queued, stale } = world();
    urlsChanged(context, { receivers: new Set([`${NS}/alone`]), paths: new Set(['/hook/plain', '/hook/nobody']) });
    expect(stale).toEqual([`${NS}/alone`, `${NS}/plain`]);
    expect(queued).toEqual([]);
  });
});

describe('a Secret with a URL', () => {
  function withSecret(options: Parameters<typeof world>[0] = {}) {
    const made = world(options);
    const alone = entry('alone');
    made.context.entries.set(alone.key, { ...alone, granted: { urlSecret: { name: 'url' } } });
    return made;
  }

  it('is reconciled when its URL changes, and when it is touched', () => {
    const { context, queued } = withSecret();
    urlsChanged(context, { receivers: new Set([`${NS}/alone`, `${NS}/old`]), paths: new Set() });
    expect(queued).toEqual(front('alone'));
    secretChanged(context, `${NS}/url`);
    for (const other of ['apps/url', `${NS}/other`]) secretChanged(context, other);
    expect(queued).toEqual(front('alone', 'alone'));
  });

  it('is so no more once it is not requested', () => {
    const { context, queued } = withSecret();
    context.entries.set(`${NS}/alone`, undefined);
    secretChanged(context, `${NS}/url`);
    expect(queued).toEqual([]);
  });

  it('is the business of the leader', () => {
    const { context, queued } = withSecret({ leads: false });
    secretChanged(context, `${NS}/url`);
    expect(queued).toEqual([]);
  });
});

it('queues no reconcile in a replica that does not lead', () => {
  const { context, queued } = world({ leads: false });
  anythingChanged(context);
  expect(queued).toEqual([]);
});

it('queues no Receiver of a namespace that is not served', () => {
  const { context, queued } = world({ namespace: NS });
  anythingChanged(context);
  expect(queued).toEqual(everything.slice(0, -1));
});
