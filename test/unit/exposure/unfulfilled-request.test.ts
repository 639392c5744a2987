// Why what a Receiver requests is unfulfilled: tables of requests, of what was done for them, and of what is there.
import { describe, expect, it } from 'vitest';
import type { ExposureSpec } from '../../../operator/api/exposure.ts';
import type { Condition } from '../../../operator/api/meta.ts';
import { type Entry, type Exposable, entryOf } from '../../../operator/exposure/entry.ts';
import type { ObservedObjects } from '../../../operator/exposure/observed-objects.ts';
import type { Tenancy } from '../../../operator/exposure/tenancy.ts';
import { unfulfilledRequest } from '../../../operator/exposure/unfulfilled-request.ts';
import { findUrls } from '../../../operator/exposure/urls.ts';
import { NAMESPACE, node, observedObjects, PATH, ports, service, settings } from './observed-state.ts';

const KEY = `${NAMESPACE}/own`;
const IP = { ip: '203.0.113.7' };
const NOTHING_ALLOWED: Tenancy = {
  kinds: [],
  hosts: [],
  serviceAnnotations: {},
  loadBalancerClass: undefined,
  ingressClass: undefined,
  ingressTlsSecret: undefined,
  ingressAnnotations: {},
  gateway: undefined,
};

interface Case {
  readonly exposure?: ExposureSpec;
  readonly namespace?: string;
  readonly condition?: Partial<Condition>;
  readonly path?: string | null;
  readonly outcome?: Entry['outcome'];
  readonly there?: Partial<ObservedObjects>;
}

function faultOf({ exposure, namespace = NAMESPACE, condition, path = PATH, outcome, there = {} }: Case) {
  const conditions = condition && [
    {
      ...{ type: 'Exposed', status: 'False', message: 'as it was', lastTransitionTime: '', reason: 'Conflict' },
      ...condition,
    } as Condition,
  ];
  const receiver: Exposable = {
    metadata: { name: 'own', namespace, uid: 'u', generation: 3 },
    spec: exposure === undefined ? {} : { exposure },
    ...(conditions === undefined ? {} : { status: { conditions } }),
  };
  const own = { namespace: NAMESPACE, tenancy: NOTHING_ALLOWED, nowMs: 0 };
  const entry = entryOf(receiver, { path: path ?? undefined }, undefined, own);
  if (entry !== undefined) entry.outcome = outcome;
  return unfulfilledRequest(entry, receiver, findUrls(observedObjects(there), settings));
}

const reasonOf = (given: Case) => faultOf(given)?.reason;

const done: Entry['outcome'] = { problem: undefined };
const balancer = { service: {} };

describe('a request', () => {
  it.each<[name: string, Case, reason: string | undefined]>([
    ['that is none', {}, undefined],
    ['that the flags do not allow', { exposure: balancer, namespace: 'apps', outcome: done }, 'ExposureForbidden'],
    ['that does not fit the schema', { exposure: { service: { port: 0 } }, outcome: done }, 'Invalid'],
    ['of a Receiver without a path', { exposure: balancer, path: null }, undefined],
    [
      'whose object is not written',
      { exposure: balancer, outcome: { problem: { reason: 'AccessDenied', message: 'm' } } },
      'AccessDenied',
    ],
  ])('%s', (_name, given, reason) => {
    expect(reasonOf(given)).toBe(reason);
  });
});

describe('a Secret that cannot be kept', () => {
  const secretProblem = { reason: 'Conflict', message: 'the Secret' } as const;
  const urlSecret = { urlSecret: { name: 'url' } };
  it.each<[name: string, Case, expected: object]>([
    ['alone', { exposure: urlSecret, outcome: { problem: undefined, secretProblem } }, secretProblem],
    [
      'beside an object that has no address yet',
      { exposure: { ...balancer, ...urlSecret }, outcome: { problem: undefined, secretProblem } },
      { reason: 'PendingAddress', message: expect.stringMatching(/; the Secret$/) },
    ],
    [
      'beside one that the flags do not allow',
      { exposure: { ...balancer, ...urlSecret }, namespace: 'apps', outcome: { problem: undefined, secretProblem } },
      { reason: 'ExposureForbidden', message: expect.stringMatching(/^Service: .*; the Secret$/) },
    ],
    [
      'of a Receiver without a path',
      { exposure: urlSecret, path: null, outcome: { ...done, secretProblem } },
      secretProblem,
    ],
  ])('is named: %s', (_name, given, expected) => {
    expect(faultOf(given)).toEqual(expected);
  });
});

describe('a request that this process has not reconciled', () => {
  it.each<[name: string, condition: Partial<Condition> | undefined, reason: string | undefined]>([
    ['without a status', undefined, 'PendingAddress'],
    ['with a verdict of an older generation', { observedGeneration: 2 }, 'PendingAddress'],
    ['with the verdict of a time without a request', { observedGeneration: 3, reason: 'NotExposed' }, 'PendingAddress'],
    ['with a verdict of its generation', { observedGeneration: 3 }, 'Conflict'],
    ['with a verdict that it is exposed', { observedGeneration: 3, status: 'True', reason: 'Exposed' }, undefined],
    ['with a reason of another version', { observedGeneration: 3, reason: 'NoDoor' }, undefined],
  ])('%s', (_name, condition, reason) => {
    expect(reasonOf({ exposure: balancer, ...(condition === undefined ? {} : { condition }) })).toBe(reason);
  });
});

describe('a request that is reconciled', () => {
  const made = (type: string, owner = KEY) => ({ name: 'made', type, owner });
  it.each<[name: string, exposure: ExposureSpec, there: Partial<ObservedObjects>, reason: string | undefined]>([
    ['nothing is observed yet', balancer, {}, 'PendingAddress'],
    ['the address is there', balancer, { services: [service(made('LoadBalancer'), IP)] }, undefined],
    [
      'the address is that of somebody else',
      balancer,
      { services: [service(made('LoadBalancer', `${NAMESPACE}/other`), IP)] },
      'PendingAddress',
    ],
    [
      'only a Service for all has an address',
      balancer,
      { services: [service({ type: 'LoadBalancer' }, IP)] },
      'PendingAddress',
    ],
    ['the address is still missing', balancer, { services: [service(made('LoadBalancer'))] }, 'PendingAddress'],
    [
      'the load balancer reports an error',
      balancer,
      { services: [service(made('LoadBalancer'), { ...IP, ports: [{ port: 80, protocol: 'TCP', error: 'E' }] })] },
      'LoadBalancerFailed',
    ],
    [
      'a port inside the cluster',
      { service: { type: 'ClusterIP' } },
      { services: [service(made('ClusterIP'))] },
      undefined,
    ],
    [
      'a port of the nodes',
      { service: { type: 'NodePort' } },
      {
        services: [service({ ...made('NodePort'), ports: ports({ targetPort: 9292, nodePort: 30_080 }) })],
        nodes: [node('n', ['ExternalIP', IP.ip])],
      },
      undefined,
    ],
    [
      'one of two objects has an address',
      { ...balancer, ingress: { host: 'hooks.example.com' } },
      { services: [service(made('LoadBalancer'), IP)] },
      'PendingAddress',
    ],
  ])('%s', (_name, exposure, there, reason) => {
    expect(reasonOf({ exposure, outcome: done, there })).toBe(reason);
  });
});
