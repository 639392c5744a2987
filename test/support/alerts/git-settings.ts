/** The settings of a Provider for a git service, and a service that answers call by call. */
import type { ProviderSettings } from '../../../operator/alerts/provider-type.ts';
import type { HttpAnswer, HttpRequest } from '../../../operator/alerts/send/http-caller.ts';
import { uncountedTokens } from './uncounted-tokens.ts';

export interface GitAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly text?: string;
}

export interface GitService {
  /** As `GET https://host/path`, with `Authorization` behind it. */
  readonly calls: string[];
  readonly bodies: string[];
  readonly settings: ProviderSettings;
}

/** @param answers to the calls in their order; the last one stays. */
export function gitService(answers: readonly GitAnswer[], change: Partial<ProviderSettings> = {}): GitService {
  const calls: string[] = [];
  const bodies: string[] = [];
  const request = async ({ method, url, headers = {}, body }: HttpRequest): Promise<HttpAnswer> => {
    const answer = answers[Math.min(calls.length, answers.length - 1)] ?? {};
    calls.push([method, url.href, headers.Authorization ?? headers['Private-Token'] ?? ''].join(' ').trim());
    bodies.push(String(body ?? ''));
    const text = answer.text ?? (answer.json === undefined ? '' : JSON.stringify(answer.json));
    return { status: answer.status ?? 200, headers: answer.headers ?? {}, text, body: Buffer.from(text) };
  };
  const settings: ProviderSettings = {
    namespace: 'payments',
    name: 'git',
    uid: '0b4c',
    address: 'https://github.com/acme/ledger',
    channel: '',
    username: '',
    password: '',
    token: '',
    secret: {},
    headers: new Map(),
    http: { request, close: async () => {} },
    tls: undefined,
    proxy: undefined,
    allowLinkLocal: false,
    serviceAccountName: '',
    serviceAccount: undefined,
    tokens: uncountedTokens().of({ namespace: 'payments', name: 'git' }),
    ...change,
  };
  return { calls, bodies, settings };
}
