/** Senders at an even pace: genuine webhooks, forged ones, and those to paths that are unknown. */
import { randomBytes, randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { post, sign } from '../../test/support/github-delivery.ts';
import { forged, genuine } from '../stage/webhook.ts';
import type { Lives } from './lives.ts';

export interface Answers {
  /** `genuine 200` → how many. */
  readonly counts: Map<string, number>;
  /** Those that should have been another. */
  unexpected: number;
}

/** 202 is a promise, and kept later. No answer at all is status 0. */
const EXPECTED = { genuine: [200, 202], forged: [400], unknown: [404] };
const PAUSE_MS = 60;

function signed(token: string): typeof genuine {
  return { ...genuine, headers: { ...genuine.headers, 'x-hub-signature-256': sign(genuine.body, token) } };
}

export async function sendOn(url: string, lives: Lives, answers: Answers, stop: AbortSignal): Promise<void> {
  async function send(kind: keyof typeof EXPECTED, path: string, delivery: typeof genuine): Promise<void> {
    const status = await post(url + path, delivery).then(
      (answer) => answer.status,
      () => 0,
    );
    const key = `${kind} ${status}`;
    answers.counts.set(key, (answers.counts.get(key) ?? 0) + 1);
    if (!EXPECTED[kind].includes(status)) answers.unexpected += 1;
  }

  while (!stop.aborted) {
    await sleep(PAUSE_MS);
    const dice = randomInt(10);
    const receiver = [...lives.live][randomInt(Math.max(1, lives.live.size))];
    const old = lives.retired[randomInt(Math.max(1, lives.retired.length))];
    if (dice === 0) await send('unknown', `/hook/${randomBytes(32).toString('hex')}`, genuine);
    else if (dice === 1 && old !== undefined) await send('unknown', old.path, signed(old.token));
    else if (receiver !== undefined) {
      receiver.underWay += 1;
      await (dice < 4 ? send('forged', receiver.path, forged) : send('genuine', receiver.path, signed(receiver.token)));
      receiver.underWay -= 1;
    }
  }
}
