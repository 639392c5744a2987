import { describe, expect, it } from 'vitest';
import { ReceiverError } from '../../../../operator/api/errors.ts';
import type { ReceiverSpec } from '../../../../operator/api/receiver/receiver.ts';
import { validateReceiver } from '../../../../operator/api/receiver/validate-receiver.ts';
import { acceptedSpecs, refusedSpecs } from '../../../support/receiver-specs.ts';
import { receiverTypeRules } from '../../../support/receiver-type-rules.ts';

/** What validateReceiver throws, or undefined. */
function verdict(spec: unknown): unknown {
  try {
    validateReceiver(spec as ReceiverSpec, receiverTypeRules);
    return undefined;
  } catch (error) {
    return error;
  }
}

describe('validateReceiver', () => {
  it.each(acceptedSpecs)('accepts $name', ({ spec }) => {
    expect(verdict(spec)).toBeUndefined();
  });

  it.each(refusedSpecs)('refuses $name', ({ spec, operator }) => {
    const error = verdict(spec);
    expect(error).toBeInstanceOf(ReceiverError);
    expect(error).toMatchObject({ code: 'ValidationFailed', message: expect.stringContaining(operator) });
  });

  it.each([
    ['undefined', undefined],
    ['null', null],
    ['a string', 'spec'],
    ['a list', []],
  ])('refuses a spec that is %s, with the same error', (_, spec) => {
    expect(verdict(spec)).toMatchObject({ code: 'ValidationFailed', message: 'spec must be an object' });
  });

  it('is not led astray by a field named as what every object inherits', () => {
    const spec = JSON.parse(
      '{"type":"github","secretRef":{"name":"t"},"resources":[{"kind":"A","name":"b"}],"__proto__":1,"toString":2}',
    );
    expect(verdict(spec)).toBeUndefined();
  });

  it('counts an inherited name as no value of a required field', () => {
    expect(verdict({ type: 'constructor', secretRef: { name: 't' }, resources: [] })).toMatchObject({
      message: expect.stringContaining('spec.type must be one of generic'),
    });
  });

  it('ends soon on a long interval that nearly matches', () => {
    const spec = { type: 'github', secretRef: { name: 't' }, resources: [], interval: `${'1'.repeat(100_000)}x` };
    expect(verdict(spec)).toMatchObject({ code: 'ValidationFailed' });
  });
});
