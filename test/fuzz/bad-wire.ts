/**
 * Plain HTTP in front of the real API server, with an administrator's rights, that spoils the streams of watches: one
 * fault of the plan a line, in order; when the plan is over, all passes.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Agent, request } from 'node:https';
import { createCredentialSource } from '../../operator/kube/transport/credentials.ts';
import { KubeConfig } from '../../operator/kube/transport/kube-config.ts';
import { lines } from '../../operator/kube/watch/lines.ts';

export const faults = [
  'none',
  /** The connection breaks within the line. */
  'cut',
  /** Half of the line, with an end. */
  'half',
  /** Bytes that are no text come first. */
  'garbage',
  /** JSON that is no event comes first. */
  'nonsense',
  /** The line comes twice. */
  'double',
  /** Empty lines come first. */
  'blank',
  /** The line comes in two pieces. */
  'pieces',
  /** The watch ends after the line. */
  'end',
  /** The watch ends in the place of the line. */
  'early end',
  /** The past of the watch is gone. */
  'gone',
  /** The API server has a fault. */
  'error',
] as const;

export interface Fault {
  readonly kind: (typeof faults)[number];
  /** Where in the line, from 0 to 1. */
  readonly at: number;
}

export interface BadWire {
  readonly url: string;
  /** What happens to the next lines of watches. */
  plan(faults: readonly Fault[]): void;
  stop(): Promise<void>;
}

const MAX_LINE_BYTES = 1024 * 1024;
const NONSENSE = [
  '[]',
  'null',
  '{}',
  '"',
  '1',
  '{"type":"X"}',
  '{"type":"ADDED"}',
  '{"type":"ADDED","object":{}}',
  '{"type":"ADDED","object":{"metadata":{}}}',
  '{"type":"DELETED","object":{"metadata":{"name":"x"}}}',
  '{"type":"BOOKMARK","object":{"metadata":{}}}',
];

function status(code: number): string {
  const object = { kind: 'Status', apiVersion: 'v1', status: 'Failure', message: 'spoiled', reason: 'Expired', code };
  return JSON.stringify({ type: 'ERROR', object });
}

export async function createBadWire(kubeconfig: string): Promise<BadWire> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const { tls } = await createCredentialSource(config).current();
  const agent = new Agent({ ...tls, keepAlive: true });
  const target = config.getCurrentCluster()?.server ?? '';
  let planned: Fault[] = [];
  const server = createServer((incoming, response) => {
    const { host: _ours, ...headers } = incoming.headers;
    const { method = 'GET', url = '/' } = incoming;
    const onward = request(target + url, { agent, method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 0, answer.headers);
      if (url.includes('watch=true')) spoil(answer, response, () => planned.shift()).catch(() => response.destroy());
      else answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : address}`,
    plan(next) {
      planned = [...next];
    },
    stop() {
      agent.destroy();
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function spoil(answer: IncomingMessage, response: ServerResponse, next: () => Fault | undefined): Promise<void> {
  response.flushHeaders();
  for await (const line of lines(answer, MAX_LINE_BYTES)) {
    const { kind, at } = next() ?? { kind: 'none', at: 0 };
    const bytes = Buffer.from(`${line}\n`);
    // An empty line in the place of an event would be an event lost without a trace, which no wire does.
    const cut = 1 + Math.floor(at * (bytes.length - 2));
    for (const piece of piecesOf(kind, bytes, cut)) {
      response.write(piece);
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (kind === 'cut') response.destroy();
    if (['end', 'early end', 'cut'].includes(kind)) break;
  }
  response.end();
}

function piecesOf(kind: Fault['kind'], line: Buffer, cut: number): readonly (Buffer | string)[] {
  switch (kind) {
    case 'cut':
      return [line.subarray(0, cut)];
    case 'half':
      return [line.subarray(0, cut), '\n'];
    case 'garbage':
      return [Buffer.from([0xff, 0x00, 0xc3, 0x28, 0x0a]), line];
    case 'nonsense':
      return [`${NONSENSE[cut % NONSENSE.length]}\n`, line];
    case 'double':
      return [line, line];
    case 'blank':
      return ['\n\n', line];
    case 'pieces':
      return [line.subarray(0, cut), line.subarray(cut)];
    case 'early end':
      return [];
    case 'gone':
      return [`${status(410)}\n`, line];
    case 'error':
      return [`${status(500)}\n`, line];
    default:
      return [line];
  }
}
