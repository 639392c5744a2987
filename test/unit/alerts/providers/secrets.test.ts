/** Whatever a service answers, nothing of a Secret is shown. */
import { expect, test } from 'vitest';
import { scenarios } from '../../../support/alerts/scenarios.ts';
import { runVariation } from '../../../support/alerts/variations.ts';

const MESSAGING = [
  'slack',
  'discord',
  'rocket',
  'msteams',
  'googlechat',
  'webex',
  'telegram',
  'lark',
  'matrix',
  'zulip',
  'zoom',
  'opsgenie',
  'pagerduty',
  'incident.io',
  'datadog',
  'alertmanager',
  'grafana',
  'generic',
  'generic-hmac',
];

const SECRET = {
  address: 'http://SERVER/canary-path/hook?key=canary-key',
  token: 'canary-token',
  username: 'bot',
  password: 'canary-password',
};

const ECHO = `refused: /canary-path/hook?key=canary-key ${Object.values(SECRET).join(' ')} {"a":"canary-key"}`;

test.each(MESSAGING)('%s shows nothing of its Secret', async (name) => {
  const { failures, requests } = await runVariation(name, {
    provider: { secretRef: { name: 'canaries' }, channel: scenarios.get(name)?.provider.channel ?? '' },
    secrets: { canaries: SECRET },
    answer: [400, ECHO],
  });
  expect(requests).toHaveLength(1);
  expect(failures).toEqual([expect.stringContaining('status code 400')]);
  expect(failures.join()).not.toContain('canary');
});

test.each(MESSAGING)('%s shows nothing of an address that is refused', async (name) => {
  const { failures } = await runVariation(name, {
    provider: { secretRef: { name: 'canaries' } },
    secrets: { canaries: { ...SECRET, address: 'canary://SERVER/canary-path', token: '' } },
  });
  expect(failures).toHaveLength(1);
  expect(failures.join()).not.toContain('canary');
});
