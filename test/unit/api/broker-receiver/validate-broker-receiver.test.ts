import { expect, it } from 'vitest';
import type { BrokerReceiverSpec } from '../../../../operator/api/broker-receiver/broker-receiver.ts';
import { validateBrokerReceiver } from '../../../../operator/api/broker-receiver/validate-broker-receiver.ts';
import { ReceiverError } from '../../../../operator/api/errors.ts';
import { sourceTypes } from '../../../../operator/sources/index.ts';
import { acceptedBrokerSpecs, refusedBrokerSpecs } from '../../../support/broker-receiver-specs.ts';

function verdict(spec: unknown): unknown {
  try {
    validateBrokerReceiver(spec as BrokerReceiverSpec, [...sourceTypes.values()]);
    return undefined;
  } catch (error) {
    return error;
  }
}

it.each(acceptedBrokerSpecs)('accepts $name', ({ spec }) => {
  expect(verdict(spec)).toBeUndefined();
});

it.each(refusedBrokerSpecs)('refuses $name', ({ spec, operator }) => {
  const error = verdict(spec);
  expect(error).toBeInstanceOf(ReceiverError);
  expect(error).toMatchObject({ code: 'ValidationFailed', message: expect.stringContaining(operator) });
});

it.each([undefined, null, 'spec', []])('refuses a spec that is %j', (spec) => {
  expect(verdict(spec)).toMatchObject({ code: 'ValidationFailed', message: 'spec must be an object' });
});
