/** Receivers for tests, and their compiled form. */
import type { Receiver, ReceiverSpec } from '../../../operator/api/receiver/receiver.ts';
import { compileRoute, compileSpec } from '../../../operator/receivers/compile.ts';
import type { Route, Serving } from '../../../operator/receivers/route.ts';
import { webhookTypes } from '../../../operator/webhooks/index.ts';

export const TOKEN = Buffer.from('secret-token-dont-share');

/** Of type `generic`, named `apps/web`, with one target of its own name. */
export function aReceiver(spec: Partial<ReceiverSpec> = {}, metadata: Partial<Receiver['metadata']> = {}): Receiver {
  return {
    metadata: {
      ...{ namespace: 'apps', name: 'web', uid: 'u1', generation: 1, creationTimestamp: '2026-01-01T00:00:00Z' },
      ...metadata,
    },
    spec: {
      type: 'generic',
      secretRef: { name: 'token' },
      resources: [{ kind: 'GitRepository', name: 'web' }],
      ...spec,
    },
  };
}

/** What a Receiver is served by. @param keys of its Secret, beside the token. */
export function compiled(
  receiver: Receiver,
  keys: Readonly<Record<string, string>> = {},
): { path: string; route: Route; serving: Serving } {
  const secret = Object.fromEntries(Object.entries(keys).map(([key, value]) => [key, Buffer.from(value)]));
  const { path, route } = compileRoute(receiver, compileSpec(receiver, webhookTypes), { ...secret, token: TOKEN });
  if (route.serving === undefined) throw new Error('not served');
  return { path, route, serving: route.serving };
}
