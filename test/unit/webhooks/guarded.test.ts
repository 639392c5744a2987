import { describe, expect, it } from 'vitest';
import { RequestError } from '../../../operator/api/errors.ts';
import { guarded } from '../../../operator/webhooks/guarded.ts';
import type { JudgeBody, WebhookType } from '../../../operator/webhooks/webhook-type.ts';
import { tokenSettings } from '../../support/verdict-of.ts';
import { webhookRequest } from '../../support/webhook-request.ts';

function typeThatThrows(error: unknown): WebhookType {
  const fail = () => {
    throw error;
  };
  return {
    name: 'broken',
    validatedBy: 'nothing',
    secret: 'required',
    oidcProviders: 'refused',
    methods: ['POST'],
    prepare: () => ({ head: fail }),
    filterInput: fail,
  };
}

const request = webhookRequest({});

/** What judges a body, of a type that lets every head pass and throws at every body. */
function judgeThatThrows(error: unknown): JudgeBody {
  const judgeBody = () => {
    throw error;
  };
  const type = guarded({ ...typeThatThrows(undefined), prepare: () => ({ head: () => judgeBody }) });
  return type.prepare(tokenSettings).head(request);
}

describe('guarded', () => {
  it.each([new TypeError('x'), new RangeError('y'), 'a string', undefined])(
    'gives a code to what has none',
    (error) => {
      const type = guarded(typeThatThrows(error));
      const verifier = type.prepare(tokenSettings);
      const coded = expect.objectContaining({ code: 'VerificationFailed', message: 'unexpected error' });
      expect(() => verifier.head(request)).toThrow(coded);
      expect(() => judgeThatThrows(error)(request.body)).toThrow(coded);
      expect(() => type.filterInput?.(request)).toThrow(expect.objectContaining({ code: 'FilterInputInvalid' }));
    },
  );

  it('gives a code to what a promise is rejected with', async () => {
    const type = guarded({
      ...typeThatThrows(undefined),
      prepare: () => ({ head: () => () => Promise.reject(new TypeError('x')) }),
    });
    const judgeBody = type.prepare(tokenSettings).head(request);
    await expect(judgeBody(request.body)).rejects.toThrow(expect.objectContaining({ code: 'VerificationFailed' }));
  });

  it('leaves a coded error as it is', () => {
    const error = new RequestError('TokenMismatch');
    const type = guarded(typeThatThrows(error));
    expect(() => type.prepare(tokenSettings).head(request)).toThrow(error);
    expect(() => judgeThatThrows(error)(request.body)).toThrow(error);
    expect(() => type.filterInput?.(request)).toThrow(error);
  });

  it('gives no filterInput to a type that has none', () => {
    const { filterInput: _, ...type } = typeThatThrows(undefined);
    expect(guarded(type)).not.toHaveProperty('filterInput');
  });
});
