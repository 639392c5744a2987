/** Posts the event as `generic` does, with a signature that proves who sent it. */
import { createHmac } from 'node:crypto';
import { DeliveryError } from '../delivery-error.ts';
import { eventJson } from '../encode/event-json.ts';
import type { ProviderType } from '../provider-type.ts';
import { forwarder } from './generic.ts';

export const genericHmac: ProviderType = {
  name: 'generic-hmac',
  description: 'Any HTTP service, which checks a signature over the event',
  settings: {
    address: 'URL of the service',
    secret: '`token`: the key of the HMAC, required; `headers`: a map of request headers',
  },
  purpose: 'forward',
  prepare(settings) {
    // The key is the Secret's bytes, a line feed at their end included: the receiving side has the same.
    const key = settings.secret.token;
    if (key === undefined || key.length === 0) throw new DeliveryError('final', 'HMAC key is empty');
    const forward = forwarder(settings);
    return {
      send({ event }, signal) {
        const digest = createHmac('sha256', key).update(eventJson(event)).digest('hex');
        return forward(event, { 'X-Signature': `sha256=${digest}` }, signal);
      },
    };
  },
};
