/** Google Pub/Sub for tests and walkthroughs: Google's own fake behind Google's REST API, on loopback. */
import { type ChildProcess, spawn } from 'node:child_process';
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
  /** What became of each message that was published, in that order. */
  messages(): Promise<readonly PublishedMessage[]>;
  /** Asks for another token from now on. */
  askFor(token: string): Promise<void>;
  /** Ends the process as a crash would: it keeps nothing. */
  kill(): Promise<void>;
  /** Starts it again where it was. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface PublishedMessage {
  /** `projects/P/topics/T` */
  readonly topic: string;
  readonly deliveries: number;
  /** 0: it is not done. */
  readonly acks: number;
}

export interface PubSubOptions {
  /** Every request needs it as its bearer token; absent: none is asked for. */
  readonly token?: string;
  readonly progress?: Progress;
}

interface State {
  readonly program: string;
  token: string;
  host: string;
  running: ChildProcess | undefined;
}

/** The command that serves, or the reason why there is none. */
export function findPubSub(progress?: Progress): Promise<Command | string> {
  return findGoProgram(join(import.meta.dirname, 'pubsub'), progress);
}

/** It has no topics and no subscriptions. @throws Error, GoBuildError that say in one line what the machine lacks. */
export async function startPubSub({ token = '', progress }: PubSubOptions = {}): Promise<PubSub> {
  const found = await findPubSub(progress);
  if (typeof found === 'string') throw new Error(`Google Pub/Sub cannot be had: ${found}`);
  const state: State = { program: found[0], token, host: '127.0.0.1:0', running: undefined };
  await start(state);
  return {
    host: state.host,
    call: (method, path, body) => ask(state, method, `v1/${path}`, body && JSON.stringify(body)),
    messages: async () => (await ask(state, 'GET', '-/messages')) as readonly PublishedMessage[],
    async askFor(next) {
      await ask(state, 'PUT', '-/token', next);
      state.token = next;
    },
    kill: () => kill(state),
    start: () => start(state),
    stop: () => kill(state),
  };
}

async function start(state: State): Promise<void> {
  const { program, token, host } = state;
  const child = spawn(program, ['-token', token, '-listen', host], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const [listening] = await Promise.race([once(lines, 'line'), once(child, 'exit')]);
  if (typeof listening !== 'string') throw new Error('Google Pub/Sub ended before it listened');
  state.host = listening;
  state.running = child;
}

async function kill(state: State): Promise<void> {
  const { running } = state;
  state.running = undefined;
  if (running === undefined) return;
  const ended = once(running, 'exit');
  running.kill('SIGKILL');
  await ended;
}

async function ask({ host, token }: State, method: string, path: string, body?: string): Promise<unknown> {
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
  const answer = await fetch(`http://${host}/${path}`, { method, headers, ...(body !== undefined && { body }) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}
