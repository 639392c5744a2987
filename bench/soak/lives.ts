/** Receivers that live for a while: created, Ready, its Secret rotated, deleted, and a new one in its place. */
import { randomInt, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { webhookPath } from '../../operator/receivers/webhook-path.ts';
import {
  createReceivers,
  createSurroundings,
  NAMESPACE,
  nameOf,
  type ReadyReceivers,
  receiverPath,
  secretPath,
  targetPath,
} from '../stage/receivers.ts';
import type { Stage } from '../stage/stage.ts';
import { TOKEN } from '../stage/webhook.ts';

/** One that is Ready and whose webhooks must be accepted. */
export interface LiveReceiver {
  readonly token: string;
  readonly path: string;
  /** Webhooks without their answer yet; it changes only when there are none. */
  underWay: number;
}

export interface Lives {
  readonly live: Set<LiveReceiver>;
  /** The latest paths that no longer lead anywhere, with the token that they had. */
  readonly retired: { readonly path: string; readonly token: string }[];
  readonly counts: { created: number; rotated: number; deleted: number };
}

const SERVE_MS = { from: 10_000, to: 40_000 };
const READY_WITHIN_MS = 60_000;
/** By then the Secret is rotated or the Receiver deleted, and the operator has seen it. */
const FORGOTTEN_AFTER_MS = 15_000;
const REMEMBERED = 500;

export function newLives(): Lives {
  return { live: new Set(), retired: [], counts: { created: 0, rotated: 0, deleted: 0 } };
}

async function until(done: () => boolean, what: string): Promise<void> {
  const endMs = performance.now() + READY_WITHIN_MS;
  while (!done()) {
    if (performance.now() > endMs) throw new Error(`${what} was not so within ${READY_WITHIN_MS / 1000} s`);
    await sleep(100);
  }
}

/** Ready at the path of that token, it takes webhooks for a while, then no more. */
async function serve(lives: Lives, ready: ReadyReceivers, name: string, token: string): Promise<void> {
  const path = webhookPath(Buffer.from(token), name, NAMESPACE);
  await until(() => ready.paths.get(name) === path, `${name} Ready with its token`);
  const receiver = { token, path, underWay: 0 };
  lives.live.add(receiver);
  await sleep(randomInt(SERVE_MS.from, SERVE_MS.to));
  lives.live.delete(receiver);
  await until(() => receiver.underWay === 0, `an answer to each webhook of ${name}`);
  setTimeout(() => {
    lives.retired.push({ path, token });
    if (lives.retired.length > REMEMBERED) lives.retired.shift();
  }, FORGOTTEN_AFTER_MS).unref();
}

/** One life after the other until it is stopped. @throws Error when one is not Ready, or not gone, in time */
export async function liveOn({ client }: Stage, ready: ReadyReceivers, lives: Lives, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    const name = nameOf(lives.counts.created++);
    await createSurroundings(client, [name]);
    await createReceivers(client, [name]);
    await serve(lives, ready, name, TOKEN);
    if (stop.aborted) return;
    const token = randomUUID();
    const body = { stringData: { token } };
    await client.request({
      method: 'PATCH',
      path: secretPath(name),
      contentType: 'application/merge-patch+json',
      body,
    });
    lives.counts.rotated += 1;
    await serve(lives, ready, name, token);
    if (stop.aborted) return;
    await client.request({ method: 'DELETE', path: receiverPath(name) });
    await until(() => !ready.paths.has(name), `${name} gone`);
    for (const path of [secretPath(name), targetPath(name)]) await client.request({ method: 'DELETE', path });
    lives.counts.deleted += 1;
  }
}
