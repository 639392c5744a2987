import { describe, expect, it } from 'vitest';
import { isWebhookPath, webhookPath } from '../../../operator/receivers/webhook-path.ts';

describe('the webhook path', () => {
  it('is the one that Flux and the guide show', () => {
    expect(webhookPath(Buffer.from('secret-token-dont-share'), 'github-receiver', 'flux-system')).toBe(
      '/hook/be1782fa344b4a24ea458be2dde11f9c289b91e79282805c61cae3c6d5364741',
    );
  });

  it('takes the token byte for byte', () => {
    const paths = ['t', 't\n', ' t', 'T'].map((token) => webhookPath(Buffer.from(token), 'n', 'ns'));
    expect(new Set(paths).size).toBe(4);
    expect(webhookPath(Buffer.from([0xff, 0x00]), 'n', 'ns')).not.toBe(
      webhookPath(Buffer.from([0xfe, 0x00]), 'n', 'ns'),
    );
  });

  it.each([
    [undefined, false],
    ['', false],
    ['/hook/', false],
    [`/hook/${'a'.repeat(64)}`, true],
    [`/hook/${'A'.repeat(64)}`, false],
    [`/hook/${'a'.repeat(64)}/`, false],
  ])('knows whether a status holds one: %s', (path, expected) => {
    expect(isWebhookPath(path)).toBe(expected);
  });
});
