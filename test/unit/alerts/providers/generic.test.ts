import { expect, test } from 'vitest';
import { expectScenario } from '../../../support/alerts/expect-scenario.ts';
import { runVariation } from '../../../support/alerts/variations.ts';

test.each([
  'generic',
  'generic-nometa',
  'generic-headers',
  'generic-hmac',
  'generic-hmac-nl',
  'generic-hmac-empty',
  'headers-bad',
])('the recorded scenario %s', (name) => expectScenario(name));

test('headers of the Secret replace others whatever their case, and are no headers of the connection', async () => {
  const { requests, failures } = await runVariation('generic', {
    provider: { secretRef: { name: 'creds' } },
    secrets: { creds: { headers: 'content-type: text/x\nuser-agent: me\nhost: other\ncontent-length: 5\nX-Who: Zoë' } },
  });
  expect(failures).toEqual([]);
  const [{ headers = {} } = {}] = requests;
  const { host, 'content-type': type, 'user-agent': agent, 'x-who': who = '' } = headers;
  expect([type, agent, Buffer.from(String(who), 'latin1').toString()]).toEqual(['text/x', 'me', 'Zoë']);
  expect(host).toMatch(/^127\.0\.0\.1:/);
});
