// What is kept of a Receiver that requests exposure: a table of what it is refused, and with which reason.
import { expect, it } from 'vitest';
import { EXPOSURE_FINALIZER, type ExposureSpec } from '../../../operator/api/exposure.ts';
import { type Exposable, entryOf, isSameEntry } from '../../../operator/exposure/entry.ts';
import type { Tenancy } from '../../../operator/exposure/tenancy.ts';

const OWN = 'flux-system';
const tenancy: Tenancy = {
  kinds: ['Service', 'Ingress'],
  hosts: ['*.hooks.example.com'],
  serviceAnnotations: {},
  loadBalancerClass: undefined,
  ingressClass: undefined,
  ingressTlsSecret: undefined,
  ingressAnnotations: {},
  gateway: undefined,
};

const receiver = (exposure: ExposureSpec | null | undefined, metadata: Partial<Exposable['metadata']> = {}) =>
  ({ metadata: { name: 'r', namespace: 'apps', uid: 'u', ...metadata }, spec: { exposure } }) as Exposable;
const entryAt = (from: Exposable) =>
  entryOf(from, { path: '/hook/x' }, undefined, { namespace: OWN, tenancy, nowMs: 0 });

it.each<[name: string, namespace: string, exposure: ExposureSpec, reason: string | undefined, message: RegExp]>([
  ['a kind that is allowed', 'apps', { service: {} }, undefined, /^$/],
  ['a host that is allowed', 'apps', { ingress: { host: 'a.hooks.example.com' } }, undefined, /^$/],
  ['a kind that is not', 'apps', { httpRoute: { hostnames: ['a.b'] } }, 'ExposureForbidden', /--tenant-exposure does/],
  ['a host that is not', 'apps', { ingress: { host: 'a.b' } }, 'ExposureForbidden', /--tenant-exposure-hosts does/],
  ['no host', 'apps', { ingress: {} }, 'ExposureForbidden', /name a host that --tenant-exposure-hosts allows/],
  ['any kind, beside the operator', OWN, { httpRoute: { hostnames: ['a.b'], parentRefs: [] } }, undefined, /^$/],
  ['what is no port', OWN, { service: { port: 70_000 } }, 'Invalid', /^spec\.exposure\.service\.port/],
  ['what is no port, elsewhere', 'apps', { service: { port: 70_000 } }, 'Invalid', /^spec\.exposure\.service\.port/],
])('requests %s, in %s', (_name, namespace, exposure, reason, message) => {
  const { refused, granted } = entryAt(receiver(exposure, { namespace })) ?? {};
  expect(refused?.reason).toBe(reason);
  expect(refused?.message ?? '').toMatch(message);
  expect(Object.keys(granted ?? {})).toEqual(reason === undefined ? Object.keys(exposure) : []);
});

it('leads to other objects when the path of its previous token goes', () => {
  const exposed = receiver({ service: {} });
  const own = { namespace: OWN, tenancy, nowMs: 0 };
  const [with1, without] = [{ path: '/hook/2', previousPath: '/hook/1' }, { path: '/hook/2' }].map((paths) =>
    entryOf(exposed, paths, undefined, own),
  );
  expect(isSameEntry(with1, without)).toBe(false);
  expect(isSameEntry(with1, with1)).toBe(true);
});

it('holds the Secret that its annotation names, and the one before until it is told otherwise', () => {
  const own = { namespace: OWN, tenancy, nowMs: 0 };
  const held = entryOf(
    receiver(undefined, { annotations: { 'sluice/url-secret': 'a' } }),
    { path: '/hook/1' },
    undefined,
    own,
  );
  expect(held).toMatchObject({ heldSecret: 'a', path: undefined });
  const replaced = entryOf(receiver(undefined), { path: '/hook/1' }, held, own);
  expect(replaced?.heldSecret).toBe('a');
  expect(isSameEntry(held, replaced && { ...replaced, heldSecret: undefined })).toBe(false);
});

it.each<[name: string, Exposable, kept: boolean]>([
  ['requests nothing', receiver(undefined), false],
  ['requests null', receiver(null), false],
  ['requests nothing and holds objects', receiver(undefined, { finalizers: [EXPOSURE_FINALIZER] }), true],
  ['is being deleted', receiver({ service: {} }, { deletionTimestamp: '2026-01-01T00:00:00Z' }), false],
  [
    'is being deleted and holds objects',
    receiver({ service: {} }, { deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: [EXPOSURE_FINALIZER] }),
    true,
  ],
])('a Receiver that %s has no path to expose', (_name, from, kept) => {
  const entry = entryAt(from);
  expect(entry !== undefined).toBe(kept);
  expect(entry?.path).toBeUndefined();
});
