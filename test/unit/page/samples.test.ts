// A sample of each type is taken by the type as a delivery of its sender is.
import { describe, expect, it } from 'vitest';
import type { Receiver } from '../../../operator/api/receiver/receiver.ts';
import { explain } from '../../../operator/deliveries/explain/explain.ts';
import { webhookTypes } from '../../../operator/webhooks/index.ts';
import { eventHeaders } from '../../../page/words/event-headers.ts';
import { sampleOf } from '../../../page/words/samples.ts';

const types = [...webhookTypes.values()];

function answerTo(type: string) {
  const secretRef = type === 'generic-oidc' ? {} : { secretRef: { name: 'hook' } };
  const validations = [{ expression: 'true', message: '' }];
  const oidcProviders =
    type === 'generic-oidc' ? { oidcProviders: [{ issuerURL: 'https://issuer', validations }] } : {};
  const resources = [{ kind: 'GitRepository', name: 'web' }];
  const spec = { type, resourceFilter: 'size(req) > 0', resources, ...secretRef, ...oidcProviders };
  const receiver: Receiver = { metadata: { namespace: 'apps', name: 'hook' }, spec };
  const { event, payload } = sampleOf(type);
  const header = eventHeaders[type];
  const headers = {
    'content-type': 'application/json',
    ...(header === undefined ? {} : { [header.toLowerCase()]: event }),
  };
  const body = Buffer.from(JSON.stringify(payload));
  return explain({
    receiver,
    types: webhookTypes,
    request: { method: 'POST', headers, rawHeaders: Object.entries(headers).flat(), body },
    select: ({ name, namespace, kind, apiVersion = '' }) => [
      { name, res: { apiVersion, kind, metadata: { name, namespace } } },
    ],
  });
}

describe('the samples', () => {
  it.each(types.map(({ name }) => name))('of %s reaches its filters', async (type) => {
    const { answer, targets } = await answerTo(type);
    expect({ answer, outcomes: targets.map(({ outcome }) => outcome) }).toEqual({
      answer: { status: 200, code: 'Delivered' },
      outcomes: ['annotated'],
    });
  });

  it('know the header with the event of every type that has one', () => {
    const headers = types.flatMap(({ name, eventHeader }) => (eventHeader === undefined ? [] : [[name, eventHeader]]));
    const ours = Object.entries(eventHeaders).map(([name, header]) => [name, header.toLowerCase()]);
    expect(ours.sort()).toEqual(headers.sort());
  });
});
