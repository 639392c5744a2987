// Whose URLs differ when objects around the operator change: a table of what is there before and after.
import { expect, it } from 'vitest';
import { type Concerned, concernedBy } from '../../../operator/exposure/concerned.ts';
import type { ObservedObjects } from '../../../operator/exposure/observed-objects.ts';
import { findUrls } from '../../../operator/exposure/urls.ts';
import { backend, ingress, ingressPath, observedObjects, paths, rule, service, settings } from './observed-state.ts';

type Parts = Partial<ObservedObjects>;

const HOST = 'hooks.example.com';
const OWNER = 'apps/own';
const balanced = (ip: string) => service({ type: 'LoadBalancer' }, { ip });
const owned = (...ips: string[]) =>
  service({ name: 'made', type: 'LoadBalancer', owner: OWNER }, ...ips.map((ip) => ({ ip })));
const exactly = (path: string, host = HOST) => ingress({ rules: [rule(host, ingressPath('Exact', path))] });
const byPattern = (pattern: string) =>
  ingress({ rules: [rule(HOST, ingressPath('ImplementationSpecific', pattern, backend()))] });

const only = (parts: { paths?: string[]; receivers?: string[] }): Concerned => ({
  paths: new Set(parts.paths),
  receivers: new Set(parts.receivers),
});
const nobody = only({});

it.each<[name: string, before: Parts, after: Parts, Concerned]>([
  ['nothing differs', { services: [balanced('203.0.113.7')] }, { services: [balanced('203.0.113.7')] }, nobody],
  ['a URL for all comes', { services: [service()] }, { services: [balanced('203.0.113.7')] }, 'everybody'],
  [
    'a URL for all moves',
    { services: [balanced('203.0.113.7')] },
    { services: [balanced('203.0.113.8')] },
    'everybody',
  ],
  [
    'a rule that may mean any path differs',
    { services: [service()], ingresses: [byPattern('/hook/[a-f]*')] },
    { services: [service()], ingresses: [byPattern('/hook/[0-9]*')] },
    'everybody',
  ],
  [
    'a Service of a Receiver gets its address',
    { services: [owned()] },
    { services: [owned('203.0.113.7')] },
    only({ receivers: [OWNER] }),
  ],
  ['a Service of a Receiver goes', { services: [owned('203.0.113.7')] }, {}, only({ receivers: [OWNER] })],
  [
    'a rule for one path comes beside another',
    { services: [service()], ingresses: [exactly(paths.own)] },
    { services: [service()], ingresses: [exactly(paths.own), exactly(paths.other)] },
    only({ paths: [paths.other] }),
  ],
  [
    'a rule leads to another path',
    { services: [service()], ingresses: [exactly(paths.own)] },
    { services: [service()], ingresses: [exactly(paths.other)] },
    only({ paths: [paths.own, paths.other] }),
  ],
  [
    'the host of a path differs',
    { services: [service()], ingresses: [exactly(paths.own)] },
    { services: [service()], ingresses: [exactly(paths.own, 'other.example.com')] },
    only({ paths: [paths.own] }),
  ],
])('%s', (_name, before, after, expected) => {
  const [was, is] = [before, after].map((parts) => findUrls(observedObjects(parts), settings));
  if (was === undefined || is === undefined) throw new Error('unreachable');
  expect(concernedBy(was, is)).toEqual(expected);
});
