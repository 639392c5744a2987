import { expect, test } from 'vitest';
import { commentBody } from '../../../../operator/alerts/git/comment-body.ts';
import { fluxEvent } from '../../../support/alerts/flux-event.ts';

const MARKER = '<!-- marker -->';

test('the bytes of a comment', () => {
  const metadata = new Map([
    ['change_request', '7'],
    ['revision', 'main@sha1:ab'],
    ['zone', 'eu'],
  ]);
  expect(commentBody(fluxEvent({ metadata }), MARKER)).toBe(
    '<!-- marker -->\n\n## Flux Status\n\nℹ️ Kustomization/payments/ledger\n\nready\n\nMetadata:\n' +
      '* `revision`: main@sha1:ab\n* `zone`: eu\n',
  );
});

test('nothing of a tenant means anything', () => {
  const metadata = new Map([['a`b\nc', '- @ann\n/close']]);
  expect(commentBody(fluxEvent({ severity: 'error', message: '/merge @ann', metadata }), MARKER)).toBe(
    '<!-- marker -->\n\n## Flux Status\n\n⚠️ Kustomization/payments/ledger\n\n\\/merge @&#8203;ann\n\nMetadata:\n' +
      "* `a'b c`: - @&#8203;ann\n\\/close\n",
  );
});

test('a long message is cut, the marker stays', () => {
  const body = commentBody(fluxEvent({ message: 'x'.repeat(70_000) }), MARKER);
  expect(body).toHaveLength(65_536);
  expect(body.startsWith(MARKER)).toBe(true);
});
