import { expect, test } from 'vitest';
import { statusIdOf } from '../../../operator/alerts/status-id.ts';
import { eventWith } from '../../support/alerts/event-with.ts';

function idOf(commitStatusExpr?: string): string {
  return statusIdOf({
    event: eventWith({ metadata: { env: 'prod' } }),
    alert: {
      metadata: { namespace: 'payments', name: 'alert' },
      spec: { providerRef: { name: 'p' }, eventSources: [] },
    },
    provider: {
      metadata: { namespace: 'payments', name: 'p', uid: 'B7E4D2A0-1c3f-4e5a' },
      spec: { type: 'github', ...(commitStatusExpr === undefined ? {} : { commitStatusExpr }) },
    },
  });
}

test.each([
  [undefined, 'kustomization/ledger/b7e4d2a0'],
  ['', 'kustomization/ledger/b7e4d2a0'],
  ["'A/' + event.metadata.env", 'A/prod'],
  ["alert.metadata.name + '/' + provider.spec.type", 'alert/github'],
])('the expression %s gives %s', (expression, id) => {
  expect(idOf(expression)).toBe(id);
});

test.each(['event.metadata.env', '1', 'event.', 'nobody.knows', "event.metadata.nope + ''", "''"])(
  'the expression %s is refused for good',
  (expression) => {
    expect(() => idOf(expression)).toThrow(
      expect.objectContaining({
        verdict: 'final',
        message: expect.stringMatching(
          /^failed to create commit status: failed to evaluate the spec\.commitStatusExpr/,
        ),
      }),
    );
  },
);
