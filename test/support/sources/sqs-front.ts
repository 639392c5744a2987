/**
 * Stands before a server that allows everything: writes down each call, checks its access key and region as Amazon does, and
 * refuses or changes what a test wants refused or changed.
 */
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { TlsOptions } from 'node:tls';

export interface SqsCall {
  /** `ReceiveMessage` */
  readonly action: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** Of the signature: `AKIA…/20261127/eu-west-1/sqs/aws4_request`. */
  readonly scope: string;
  readonly sessionToken: string | undefined;
}

/** An answer in the server's place. `drop`: none, the connection ends; `silence`: none at all. */
export type FrontAnswer =
  | 'drop'
  | 'silence'
  | { readonly status: number; readonly code?: string; readonly body?: string };

export interface SqsFrontOptions {
  /** Of the server behind. */
  readonly url: string;
  readonly region?: string;
  readonly tls?: TlsOptions;
}

export interface SqsFront {
  readonly url: string;
  readonly calls: SqsCall[];
  /** What an action is answered with; undefined: what the server behind says. */
  answers: Partial<Record<string, FrontAnswer>>;
  /** What its next calls are answered with first, one each. */
  readonly next: Record<string, FrontAnswer[]>;
  /** Access keys that are not known any more. */
  readonly revoked: Set<string>;
  count(action: string): number;
  /** How many there have been. */
  connections(): number;
  stop(): Promise<void>;
}

export async function startSqsFront({ url, region = 'eu-west-1', tls }: SqsFrontOptions): Promise<SqsFront> {
  const calls: SqsCall[] = [];
  const revoked = new Set<string>();
  const front = { calls, revoked, answers: {}, next: {} } as Pick<SqsFront, 'calls' | 'revoked' | 'answers' | 'next'>;
  const listener = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await bodyOf(incoming);
    const call = callOf(incoming, body);
    calls.push(call);
    const answer = front.next[call.action]?.shift() ?? front.answers[call.action] ?? refusal(call, revoked, region);
    if (answer === undefined) pass(incoming, body, response, url);
    else give(answer, response);
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  let connections = 0;
  server.on('connection', () => {
    connections++;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : address;
  return Object.assign(front, {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    count: (action: string) => calls.filter((call) => call.action === action).length,
    connections: () => connections,
    stop() {
      server.closeAllConnections();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  });
}

async function bodyOf(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function callOf({ headers }: IncomingMessage, body: Buffer): SqsCall {
  const target = headers['x-amz-target']?.toString().split('.')[1];
  const text = body.toString();
  const isJson = text.startsWith('{');
  return {
    action: target ?? new URLSearchParams(text).get('Action') ?? '',
    input: isJson ? JSON.parse(text) : Object.fromEntries(new URLSearchParams(text)),
    scope: /Credential=([^,]+)/.exec(headers.authorization ?? '')?.[1] ?? '',
    sessionToken: headers['x-amz-security-token']?.toString(),
  };
}

/** As Amazon refuses; STS asks for no signature of a web identity. */
function refusal({ scope, action }: SqsCall, revoked: ReadonlySet<string>, region: string): FrontAnswer | undefined {
  if (action === 'AssumeRoleWithWebIdentity') return undefined;
  const [key = '', , signed] = scope.split('/');
  if (key === '') return { status: 403, code: 'MissingAuthenticationToken' };
  if (revoked.has(key)) return { status: 403, code: 'InvalidClientTokenId' };
  return signed === region ? undefined : { status: 403, code: 'SignatureDoesNotMatch' };
}

function give(answer: FrontAnswer, response: ServerResponse): void {
  if (answer === 'silence') return;
  if (answer === 'drop') {
    response.destroy();
    return;
  }
  const { status, code, body } = answer;
  if (code !== undefined) response.setHeader('x-amzn-query-error', `${code};Sender`);
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
  response.end(body ?? JSON.stringify({ __type: `com.amazonaws.sqs#${code}`, message: 'SECRET-OF-THE-ANSWER' }));
}

function pass(incoming: IncomingMessage, body: Buffer, response: ServerResponse, url: string): void {
  const { method = 'POST', headers } = incoming;
  const onward = request(url + incoming.url, { method, headers, agent: false }, (answer) => {
    // moto ends each connection; Amazon does not.
    const { connection: _, ...kept } = answer.headers;
    response.writeHead(answer.statusCode ?? 0, kept);
    answer.pipe(response);
  });
  onward.on('error', () => response.destroy());
  onward.end(body);
}
