/**
 * Plain HTTP in front of the real API server: it passes requests on with an administrator's rights, but for those that
 * a test has it answer by itself, as an overloaded server or a broken connection would.
 */
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { Agent, request } from 'node:https';
import { createCredentialSource } from '../../operator/kube/transport/credentials.ts';
import { KubeConfig } from '../../operator/kube/transport/kube-config.ts';

/** `drop`: closes the connection without an answer. `silence`: never answers. */
export type GateAnswer =
  | 'drop'
  | 'silence'
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string };

export interface HttpGate {
  readonly url: string;
  /** `METHOD path` of all requests, without their queries; `WATCH path` of watches. */
  readonly seen: string[];
  /** What the next requests get instead of the API server's answer, one each. */
  answerNext(...answers: readonly GateAnswer[]): void;
  stop(): Promise<void>;
}

export async function createHttpGate(kubeconfig: string): Promise<HttpGate> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const { tls } = await createCredentialSource(config).current();
  const agent = new Agent({ ...tls, keepAlive: true });
  const target = config.getCurrentCluster()?.server ?? '';
  const seen: string[] = [];
  const answers: GateAnswer[] = [];
  const listener: RequestListener = (incoming, response) => {
    const [path, query] = (incoming.url ?? '').split('?');
    seen.push(`${new URLSearchParams(query).has('watch') ? 'WATCH' : incoming.method} ${path}`);
    const answer = answers.shift();
    if (answer === undefined) pass(incoming, response, { agent, target });
    else if (answer === 'drop') incoming.socket.destroy();
    else if (answer !== 'silence') response.writeHead(answer.status, answer.headers).end(answer.body);
  };
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : address}`,
    seen,
    answerNext: (...next) => void answers.push(...next),
    stop() {
      agent.destroy();
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function pass(incoming: IncomingMessage, response: ServerResponse, to: { agent: Agent; target: string }): void {
  const { host: _ours, ...headers } = incoming.headers;
  const { method = 'GET', url = '/' } = incoming;
  const onward = request(to.target + url, { agent: to.agent, method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 0, answer.headers);
    // A watch that has nothing to tell has begun all the same.
    response.flushHeaders();
    answer.pipe(response);
  });
  onward.on('error', () => response.destroy());
  response.on('close', () => onward.destroy());
  incoming.pipe(onward);
}
