/** What is known of a subscription before anything is asked of it. */
import { describe, expect, it } from 'vitest';
import type { PubSubBlock } from '../../../../operator/sources/brokers/pubsub/subscription.ts';
import { createPubSub, pubsub } from '../../../../operator/sources/brokers/pubsub.ts';
import type { Identity } from '../../../../operator/sources/source.ts';
import { createManualClock } from '../../../support/manual-clock.ts';
import { createLines } from '../../receivers/lines.ts';

const subscription = 'projects/acme/subscriptions/gcr-flux';

describe('a subscription', () => {
  it('is called by its name and project', () => {
    expect(pubsub.title({ subscription })).toBe('gcr-flux (acme)');
  });

  it.each<[endpoint: string | undefined, fault: string | undefined]>([
    [undefined, undefined],
    ['https://pubsub.example.com', undefined],
    ['http://127.0.0.1:8085', undefined],
    ['http://169.254.169.254', 'spec.pubsub.endpoint is a link-local address, which is never connected to'],
    ['https://[fe80::1]', 'spec.pubsub.endpoint is a link-local address, which is never connected to'],
    ['http://:80', 'spec.pubsub.endpoint is not an absolute URL'],
  ])('at %s: %s', (endpoint, fault) => {
    expect(pubsub.check({ subscription, ...(endpoint && { endpoint }) })).toBe(fault);
  });

  it.each<[endpoint: string | undefined, identity: string]>([
    [undefined, 'required'],
    ['https://pubsub.example.com', 'required'],
    ['http://127.0.0.1:8085', 'optional'],
  ])('at %s has an identity that is %s', (endpoint, identity) => {
    expect(pubsub.identity({ subscription, ...(endpoint && { endpoint }) })).toBe(identity);
  });
});

describe('credentials', () => {
  const never = () => {
    throw new Error('asked for credentials');
  };
  const open = (block: PubSubBlock, identity: Identity) =>
    createPubSub(never).open({
      ...{ block, identity, certificates: undefined, consumer: 'c' },
      clock: createManualClock(),
      log: createLines().log,
    });

  it.each(['https://pubsub.example.com', 'https://googleapis.com.example.com', 'https://xgoogleapis.com'])(
    "of the operator's own are not shown to %s",
    async (endpoint) => {
      await expect(open({ subscription, endpoint }, { kind: 'operator' })).rejects.toMatchObject({
        code: 'ServiceAccountNotAllowed',
      });
    },
  );

  it.each([undefined, 'https://europe-west1-pubsub.googleapis.com'])(
    "of the operator's own are shown to Google, at %s",
    async (endpoint) => {
      const block = { subscription, ...(endpoint && { endpoint }) };
      await expect(open(block, { kind: 'operator' })).rejects.toThrow('asked for credentials');
    },
  );
});
