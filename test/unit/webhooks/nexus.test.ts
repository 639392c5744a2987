import { describe, expect, it } from 'vitest';
import { nexus } from '../../../operator/webhooks/nexus.ts';
import { headVerdictOf, TOKEN, tokenSettings, verdictOf } from '../../support/verdict-of.ts';
import { hexHmac, webhookRequest } from '../../support/webhook-request.ts';
import { payload } from './payload.ts';

const BODY = payload('nexus-component');
const DIGEST = hexHmac('sha1', TOKEN, BODY);

function request(signature: string | string[] | undefined, body = BODY) {
  const header = signature === undefined ? {} : { 'X-Nexus-Webhook-Signature': signature };
  return webhookRequest({
    headers: {
      'Content-Type': 'application/json; charset=UTF-8',
      'X-Nexus-Webhook-Id': 'rm:repository:component',
      ...header,
    },
    body,
  });
}

describe('nexus', () => {
  it('accepts a real event with its signature', async () => {
    expect(await verdictOf(nexus, tokenSettings, request(DIGEST))).toBe('accepted');
  });

  it.each(['{}', 'null', '{"action":null}\n', '{"ACTION":"CREATED","repositoryName":"r","size":1e400}'])(
    'accepts %j with its signature',
    async (body) => {
      expect(await verdictOf(nexus, tokenSettings, request(hexHmac('sha1', TOKEN, body), body))).toBe('accepted');
    },
  );

  it.each(['[]', '1', '"x"', '{"action":1}', '{"repositoryName":[]}', '{"RepositoryName":{}}', '{}{}', '{}text'])(
    'refuses %j with its signature',
    async (body) => {
      expect(await verdictOf(nexus, tokenSettings, request(hexHmac('sha1', TOKEN, body), body))).toBe('PayloadInvalid');
    },
  );

  it.each([
    ['no signature', undefined, 'SignatureMissing'],
    ['an empty one', '', 'SignatureMissing'],
    ['one with the name of its algorithm', `sha1=${DIGEST}`, 'SignatureMalformed'],
    ['one in capitals', DIGEST.toUpperCase(), 'SignatureMalformed'],
    ['one of another length', hexHmac('sha256', TOKEN, BODY), 'SignatureMalformed'],
    ['one that is not hex', 'x'.repeat(40), 'SignatureMalformed'],
    ['two', [DIGEST, DIGEST], 'SignatureAmbiguous'],
  ])('refuses %s before the body is read', (_what, signature, code) => {
    expect(headVerdictOf(nexus, tokenSettings, request(signature))).toBe(code);
  });

  it.each([
    ['another token', request(hexHmac('sha1', 'other', BODY)), 'SignatureMismatch'],
    ['another body', request(DIGEST, `${BODY} `), 'SignatureMismatch'],
    ['what is not JSON', request(hexHmac('sha1', TOKEN, '<html>'), '<html>'), 'PayloadInvalid'],
    ['nothing', request(hexHmac('sha1', TOKEN, ''), ''), 'PayloadInvalid'],
  ])('refuses a signature of %s', async (_what, refused, code) => {
    expect(await verdictOf(nexus, tokenSettings, refused)).toBe(code);
  });
});
