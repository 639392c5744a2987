import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { github } from '../../../operator/webhooks/github.ts';
import { TOKEN, tokenSettings, verdictOf } from '../../support/verdict-of.ts';
import { hexHmac, webhookRequest } from '../../support/webhook-request.ts';
import { describeHubSignature } from './hub-table.ts';

interface Definition {
  readonly name: string;
  readonly examples: readonly unknown[];
}

const definitions = createRequire(import.meta.url)('@octokit/webhooks-examples') as readonly Definition[];
const examples = definitions.flatMap(({ name, examples: all }) => all.map((example) => ({ name, example })));
const push = definitions.find(({ name }) => name === 'push')?.examples[0];

function delivery(event: string, body: string) {
  return webhookRequest({
    headers: {
      'Content-Type': 'application/json',
      'User-Agent': 'GitHub-Hookshot/044aadd',
      'X-GitHub-Event': event,
      'X-Hub-Signature': `sha1=${hexHmac('sha1', TOKEN, body)}`,
      'X-Hub-Signature-256': `sha256=${hexHmac('sha256', TOKEN, body)}`,
    },
    body,
  });
}

describe('github', () => {
  describeHubSignature(github, JSON.stringify(push));

  it("knows the signature in GitHub's documentation", async () => {
    const request = webhookRequest({
      headers: {
        'Content-Type': 'application/json',
        'X-Hub-Signature-256': 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
      },
      body: 'Hello, World!',
    });
    const settings = { ...tokenSettings, token: Buffer.from("It's a Secret to Everybody") };
    expect(await verdictOf(github, settings, request)).toBe('accepted');
  });

  it('accepts every example delivery, and none of them changed', async () => {
    expect(examples.length).toBeGreaterThan(200);
    for (const { name, example } of examples) {
      const body = JSON.stringify(example);
      const request = delivery(name, body);
      expect(await verdictOf(github, tokenSettings, request), name).toBe('accepted');
      const changed = { ...request, body: Buffer.from(body.replace('"', "'")) };
      expect(await verdictOf(github, tokenSettings, changed), name).toBe('SignatureMismatch');
      expect(github.filterInput?.(request), name).toEqual(example);
    }
  });

  it('names its event where GitHub, Gitea and Forgejo do', () => {
    expect(github.eventHeader).toBe('x-github-event');
  });
});
