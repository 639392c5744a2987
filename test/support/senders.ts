/** Senders that go on whatever happens, and remember what they were promised. */
import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor } from './wait-for.ts';
import { signed } from './world.ts';

export interface Destination {
  readonly path: string;
  /** The name of the only resource that the Receiver annotates. */
  readonly target: string;
}

export interface Tally {
  readonly sent: number;
  /** Answers by status. */
  readonly answers: Readonly<Record<string, number>>;
  /** No answer: refused or broken connections. Whoever sends knows, and tries again. */
  readonly unanswered: number;
  /** Target → when the last webhook for it was sent that was answered 200 or 202; sorts as RFC 3339 does. */
  readonly promised: ReadonlyMap<string, string>;
}

export interface Senders {
  /** Where to send from now on, in turn: what a Service does. */
  sendTo(urls: readonly string[]): void;
  /** Waits for so many more answers of 200 or 202. */
  more(promises: number): Promise<void>;
  /** Ends them after the request each has under way. */
  stop(): Promise<Tally>;
}

const PAUSE_MS = 25;
/** Only stops what hangs. */
const TIMEOUT_MS = 300_000;

export function startSenders(destinations: readonly Destination[], urls: readonly string[], width = 4): Senders {
  const answers: Record<string, number> = {};
  const promised = new Map<string, string>();
  let current = urls;
  let sent = 0;
  let kept = 0;
  let unanswered = 0;
  let stopping = false;

  async function send({ path, target }: Destination, url: string): Promise<void> {
    const { body, headers } = signed({ n: sent });
    // Without its Z, which sorts after the digits of a more precise time in the same millisecond.
    const sentAt = new Date().toISOString().slice(0, -1);
    sent += 1;
    try {
      const init = {
        method: 'POST',
        body: String(body),
        headers: headers ?? {},
        signal: AbortSignal.timeout(TIMEOUT_MS),
      };
      const { status } = await fetch(url + path, init);
      answers[status] = (answers[status] ?? 0) + 1;
      const isPromise = status === 200 || status === 202;
      if (isPromise) kept += 1;
      if (isPromise && sentAt > (promised.get(target) ?? '')) promised.set(target, sentAt);
    } catch {
      unanswered += 1;
    }
  }

  async function run(): Promise<void> {
    while (!stopping) {
      const destination = destinations[sent % destinations.length];
      const url = current[sent % current.length];
      if (destination !== undefined && url !== undefined) await send(destination, url);
      await sleep(PAUSE_MS);
    }
  }

  const running = Array.from({ length: width }, run);
  return {
    sendTo(next) {
      current = next;
    },
    async more(promises) {
      const until = kept + promises;
      await waitFor(`${promises} more promises`, () => kept >= until);
    },
    async stop() {
      stopping = true;
      await Promise.all(running);
      return { sent, answers, unanswered, promised };
    },
  };
}
