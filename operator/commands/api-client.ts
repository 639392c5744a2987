/** Asks the API of a running operator, for commands: each failure is one line. */
import { readFileSync } from 'node:fs';
import { messageOf } from '../api/message-of.ts';
import type { ProblemBody } from '../deliveries/api/problem.ts';
import { CommandError } from './command-error.ts';
import { serverSentEvents } from './server-sent-events.ts';

export interface ApiClient {
  /** @param path below `/api/v1`. @throws CommandError */
  get<T>(path: string): Promise<T>;
  /** @throws ApiProblem for what the server refuses, CommandError for all else. */
  post<T>(path: string, body: unknown): Promise<T>;
  /** The records that a stream tells of, until the server ends it. @throws CommandError */
  stream<T>(path: string, lastEventId: string | undefined): AsyncGenerator<T>;
}

/** The flags of every command that asks a server. */
export const serverOptions = { server: { type: 'string' }, 'token-file': { type: 'string' } } as const;

/** Their part of `--help`. */
export const SERVER_USAGE = `      --server URL        the operator's page, by default http://127.0.0.1:9080, where the operator itself runs
      --token-file FILE   a token of the cluster, - for stdin; else that in SLUICE_TOKEN`;

export interface ServerFlags {
  readonly server?: string | undefined;
  readonly 'token-file'?: string | undefined;
}

/** The server refuses it; the message is one line for people. */
export class ApiProblem extends CommandError {
  readonly code: string;
  readonly detail: string;

  constructor(message: string, { code, detail }: Pick<ProblemBody, 'code' | 'detail'>) {
    super(message);
    this.code = code;
    this.detail = detail;
  }
}

const DEFAULT_SERVER = 'http://127.0.0.1:9080';
const TIMEOUT_MS = 15_000;
const PREFIX = '/api/v1';

interface State {
  readonly server: string;
  readonly token: string | undefined;
}

/** @throws CommandError for flags that cannot be used. */
export function connect(flags: ServerFlags, env: Readonly<Record<string, string | undefined>>): ApiClient {
  const state: State = { server: serverOf(flags.server ?? DEFAULT_SERVER), token: tokenOf(flags, env) };
  return {
    get: async (path) => (await call(state, path, {})) as never,
    post: async (path, body) => {
      const headers = { 'Content-Type': 'application/json' };
      return (await call(state, path, { method: 'POST', headers, body: JSON.stringify(body) })) as never;
    },
    stream: (path, lastEventId) => stream(state, path, lastEventId),
  };
}

/** Whether somebody gave a token. */
export function hasToken(flags: ServerFlags, env: Readonly<Record<string, string | undefined>>): boolean {
  return flags['token-file'] !== undefined || Boolean(env.SLUICE_TOKEN);
}

function serverOf(written: string): string {
  const url = URL.parse(written);
  if (url === null || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '') {
    throw new CommandError(`--server must be a URL such as ${DEFAULT_SERVER}; it is ${written}`);
  }
  return url.href.replace(/\/+$/, '');
}

function tokenOf(flags: ServerFlags, env: Readonly<Record<string, string | undefined>>): string | undefined {
  const file = flags['token-file'];
  const token = file === undefined ? env.SLUICE_TOKEN?.trim() : readToken(file);
  if (!token) return undefined;
  if (!/^[\x21-\x7e]+$/.test(token)) throw new CommandError('the token is none: it holds a space or a line break');
  return token;
}

function readToken(file: string): string {
  try {
    const token = readFileSync(file === '-' ? 0 : file, 'utf8').trim();
    if (token !== '') return token;
  } catch (error) {
    throw new CommandError(`--token-file ${file}: ${messageOf(error)}`);
  }
  throw new CommandError(`--token-file ${file}: it is empty`);
}

async function call(state: State, path: string, init: RequestInit): Promise<unknown> {
  const response = await send(state, path, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });
  const text = await response.text().catch((error: unknown) => {
    throw unreachable(state, error);
  });
  const body = jsonOf(text);
  if (body === undefined) throw notOurs(state);
  if (response.ok) return body;
  throw problemOf(state, response.status, body);
}

async function* stream<T>(state: State, path: string, lastEventId: string | undefined): AsyncGenerator<T> {
  const headers = { Accept: 'text/event-stream', ...(lastEventId && { 'Last-Event-ID': lastEventId }) };
  const response = await send(state, path, { headers });
  if (!response.ok || response.body === null) {
    throw problemOf(state, response.status, jsonOf(await response.text()) ?? {});
  }
  try {
    for await (const data of serverSentEvents(response.body)) yield JSON.parse(data) as T;
  } catch (error) {
    throw unreachable(state, error);
  }
}

async function send(state: State, path: string, init: RequestInit): Promise<Response> {
  const { server, token } = state;
  const headers = { ...init.headers, ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }) };
  try {
    return await fetch(`${server}${PREFIX}${path}`, { ...init, headers, redirect: 'error' });
  } catch (error) {
    throw unreachable(state, error);
  }
}

function unreachable({ server }: State, error: unknown): CommandError {
  const { cause } = error as { readonly cause?: unknown };
  const why = (messageOf(cause ?? error) || 'no connection').split('\n')[0];
  return new CommandError(`${server} cannot be reached: ${why}; run it where the operator runs, or set --server`);
}

function notOurs({ server }: State): CommandError {
  return new CommandError(`${server} is no server of Sluice's page; --server must be what --page-addr serves`);
}

function problemOf(state: State, status: number, body: unknown): CommandError {
  const { code, detail } = body as Partial<ProblemBody>;
  if (code === undefined || detail === undefined) return notOurs(state);
  const hint = status === 401 ? '; give one with --token-file or SLUICE_TOKEN' : '';
  return new ApiProblem(`${status} ${code}: ${detail}${hint}`, { code, detail });
}

function jsonOf(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
