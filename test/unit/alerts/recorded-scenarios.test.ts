// Every scenario that was recorded of Flux is reproduced to the byte, or named here with the reason why not.
import { expect, it } from 'vitest';
import { expectScenario } from '../../support/alerts/expect-scenario.ts';
import { runScenario } from '../../support/alerts/run-scenario.ts';
import { scenarios } from '../../support/alerts/scenarios.ts';

/** What is sent instead is said by the tests of the types. */
const DEVIATIONS: Readonly<Record<string, readonly string[]>> = {
  'texts are escaped for the markup of the target (fault 12)': [
    ...['slack', 'proxy-secret', 'discord', 'discord-slack', 'discord-trailing', 'msteams', 'msteams-connector'],
    ...['googlechat', 'webex', 'lark', 'githubpullrequestcomment-update', 'gitlabmergerequestcomment-update'],
  ],
  'metadata are sent in the order of their keys, where the original has none (fault 8)': ['datadog', 'grafana'],
  'what a service says of itself is asked once, not at every event (fault 4)': [
    ...['gitea', 'githubpullrequestcomment', 'gitlabmergerequestcomment', 'giteapullrequestcomment'],
    'giteapullrequestcomment-update',
  ],
  'a refusal in the body of an answer is a failure (fault 9)': ['slack-api', 'b-lark-200'],
  'a redirect is not followed (fault 21)': ['b-302'],
  'a query behind /slack gets no second /slack (fault 18)': ['discord-slack-query'],
  'a line feed at the end of a token is left out (fault 17)': ['b-token-nl'],
  'a password without a username in the Secret goes with that of the spec (fault 16)': ['b-pwonly-bbs'],
  'the queue tries again, not the call, and for longer (fault 2)': ['b-retry'],
  'what the original writes anew at each run is compared without it': [
    'sentry',
    'otel',
    'otel-headers',
    'otel-oci-helmrepo',
  ],
  'the recording leaves out the private key, which the test of the type fills in': ['github-app'],
};

/** What needs more than the delivering half, which is run here. */
const ELSEWHERE: Readonly<Record<string, readonly string[]>> = {
  'the taking and matching half too: alerting.test.ts': [
    ...['b-ratelimit', 'b-input', 'b-summary-nosev', 'b-noprovider', 'b-labels'],
  ],
  'lines of another protocol, by a real server: integration/alerts/nats.test.ts': ['nats'],
};

const deviating = Object.values(DEVIATIONS).flat();
const elsewhere = Object.values(ELSEWHERE).flat();

it('names scenarios that there are, each once', () => {
  const named = [...deviating, ...elsewhere];
  expect(named.filter((name) => !scenarios.has(name))).toEqual([]);
  expect(new Set(named).size).toBe(named.length);
  expect(scenarios.size).toBe(92);
});

it.each([...scenarios.keys()].filter((name) => ![...deviating, ...elsewhere].includes(name)))(
  '%s is reproduced to the byte',
  (name) => expectScenario(name),
);

it.each(deviating)('%s deviates as the table says', async (name) => {
  await expect(expectScenario(name)).rejects.toThrow();
});

/** Where a failure is told in other words than the original's, and why. */
const OTHER_WORDS: Readonly<Record<string, readonly string[]>> = {
  'Go says why a text is no number': [
    ...['githubpullrequestcomment', 'gitlabmergerequestcomment', 'giteapullrequestcomment'],
  ],
  'an address may be a secret, and is not shown (fault 7)': ['b-badaddr', 'b-noaddr'],
  'the queue tries again, and each attempt has a reason of its own (fault 2)': ['b-retry'],
  'a redirect is not followed (fault 21)': ['b-302'],
  'a refusal with status 200 is one (fault 9)': ['slack-api', 'b-lark-200'],
  'what fails there does not fail here (faults 16, 17)': ['b-pwonly-bbs', 'b-token-nl'],
  'the compiler of CEL and the parser of YAML are others': ['b-expr-err', 'b-expr-type', 'headers-bad'],
  'it says what the address must be, too': ['b-slash'],
};
const otherWords = Object.values(OTHER_WORDS).flat();

/** Each text once. */
async function failuresOf(name: string): Promise<{ readonly told: string[]; readonly recorded: string[] }> {
  const { failures, scenario } = await runScenario(name);
  const prefix = 'Warning NotificationDispatchFailed ';
  const recorded = (scenario.kubernetesEvents ?? []).filter((event) => event.startsWith(prefix));
  const texts = recorded.map((event) => event.slice(prefix.length));
  return { told: [...new Set(failures)], recorded: [...new Set(texts)] };
}

it.each([...scenarios.keys()].filter((name) => ![...otherWords, ...elsewhere, 'github-app'].includes(name)))(
  'a failure of %s is told in the words of the original',
  async (name) => {
    const { told, recorded } = await failuresOf(name);
    expect(told).toEqual(recorded);
  },
);

it.each(otherWords)('a failure of %s is told in other words, as the table says', async (name) => {
  const { told, recorded } = await failuresOf(name);
  expect(told).not.toEqual(recorded);
});
