/** Google Pub/Sub for tests and walkthroughs: Google's own fake behind Google's REST API, on loopback. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Command } from '../../control-plane/component.ts';
import type { Progress } from '../../control-plane/progress.ts';
import { findGoProgram } from '../../test/support/go-program.ts';

export interface PubSub {
  /** `127.0.0.1:port`; without a token it is what `PUBSUB_EMULATOR_HOST` takes. */
  readonly host: string;
  /**
   * Makes a call of Google's REST API.
   * @param path after `/v1/`: `projects/p/topics/t:publish`.
   * @returns the answer's JSON. @throws Error with what the service says, for another status than 200.
   */
  call(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: object): Promise<unknown>;
  stop(): Promise<void>;
}

export interface PubSubOptions {
  /** Every request needs it as its bearer token; absent: none is asked for. */
  readonly token?: string;
  readonly progress?: Progress;
}

/** The command that serves, or the reason why there is none. */
export function findPubSub(progress?: Progress): Promise<Command | string> {
  return findGoProgram(join(import.meta.dirname, 'pubsub'), progress);
}

/** It has no topics and no subscriptions. @throws Error, GoBuildError that say in one line what the machine lacks. */
export async function startPubSub({ token = '', progress }: PubSubOptions = {}): Promise<PubSub> {
  const found = await findPubSub(progress);
  if (typeof found === 'string') throw new Error(`Google Pub/Sub cannot be had: ${found}`);
  const child = spawn(found[0], ['-token', token], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const lines = createInterface({ input: child.stdout });
  const [host] = await Promise.race([once(lines, 'line'), ended]);
  if (typeof host !== 'string') throw new Error('Google Pub/Sub ended before it listened');
  return {
    host,
    async call(method, path, body) {
      const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
      const content = body === undefined ? {} : { body: JSON.stringify(body) };
      const answer = await fetch(`http://${host}/v1/${path}`, { method, headers, ...content });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
      return JSON.parse(text);
    },
    async stop() {
      child.kill();
      await ended;
    },
  };
}
