import { expect, test } from 'vitest';
import { parseDelivery } from '../../../../../operator/sources/brokers/nats/delivery.ts';

const delivery = { stream: 'FLUX', sequence: 42, attempt: 3, sentAtMs: 1_795_737_209_573 };

test.each([
  ['$JS.ACK.FLUX.sluice.3.42.50.1795737209573826415.7', delivery],
  ['$JS.ACK.hub.ACCOUNT.FLUX.sluice.3.42.50.1795737209573826415.7', delivery],
  ['$JS.ACK._.ACCOUNT.FLUX.sluice.3.42.50.1795737209573826415.7.random', delivery],
  ['$JS.ACK.FLUX.sluice.3.42.50.1795737209573826415', undefined],
  ['$JS.ACK.hub.FLUX.sluice.3.42.50.1795737209573826415.7', undefined],
  ['$JS.ACK.FLUX.sluice.x.42.50.1795737209573826415.7', undefined],
  ['_INBOX.abc.1', undefined],
  ['', undefined],
])('%s', (reply, expected) => {
  expect(parseDelivery(reply)).toEqual(expected);
});
