/** Webhook deliveries as GitHub sends them: a real payload, GitHub's headers, signed with the webhook's secret. */
import { createHmac, randomUUID } from 'node:crypto';
import examples from '@octokit/webhooks-examples' with { type: 'json' };

interface Example {
  readonly name: string;
  readonly examples: readonly unknown[];
}

export interface Delivery {
  readonly event: string;
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

export function sign(body: Buffer, secret: string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}

/**
 * @param event `ping`, `push`, … of GitHub's documentation.
 * @param atLeastBytes of the body; the first example that has them is taken.
 */
export function githubDelivery(event: string, secret: string, atLeastBytes = 0): Delivery {
  const payloads =
    (examples as unknown as readonly Example[]).find((example) => example.name === event)?.examples ?? [];
  const bodies = payloads.map((payload) => Buffer.from(JSON.stringify(payload)));
  const body = bodies.find(({ length }) => length >= atLeastBytes);
  if (body === undefined) throw new Error(`there is no example of a ${event} event of ${atLeastBytes} bytes`);
  return {
    event,
    body,
    headers: {
      'content-type': 'application/json',
      'user-agent': 'GitHub-Hookshot/demo',
      'x-github-delivery': randomUUID(),
      'x-github-event': event,
      'x-hub-signature-256': sign(body, secret),
    },
  };
}

/** Posts a delivery. @returns the status and how long the answer took, in ms. */
export async function post(url: string, delivery: Delivery): Promise<{ status: number; tookMs: number }> {
  const begun = performance.now();
  const response = await fetch(url, { method: 'POST', headers: delivery.headers, body: new Uint8Array(delivery.body) });
  await response.arrayBuffer();
  return { status: response.status, tookMs: performance.now() - begun };
}
