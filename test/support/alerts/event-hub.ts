/** A server of AMQP that stands for a hub of Azure Event Hubs: takes claims at `$cbs` and keeps what it is sent. */
import type { AddressInfo, Server } from 'node:net';
import rhea from 'rhea';

export interface EventHub {
  /** `127.0.0.1:port` */
  readonly host: string;
  readonly messages: { readonly hub: string; readonly body: string }[];
  /** What was brought as a proof. */
  readonly claims: { readonly type: string; readonly audience: string }[];
  readonly connections: () => number;
  close(): Promise<void>;
}

export interface EventHubOptions {
  /** The answer to a claim; default 202. */
  readonly claimStatus?: number;
  readonly maxMessageBytes?: number;
}

function dataOf(message: unknown): Buffer {
  const { content } = (message as { readonly body: { readonly content: Buffer | readonly Buffer[] } }).body;
  return Buffer.isBuffer(content) ? content : Buffer.concat(content);
}

export async function startEventHub({
  claimStatus = 202,
  maxMessageBytes = 262_144,
}: EventHubOptions = {}): Promise<EventHub> {
  const container = rhea.create_container({ id: 'hub' });
  const state = { messages: [] as EventHub['messages'], claims: [] as EventHub['claims'], connections: 0 };
  const replies = new Map<string, rhea.Sender>();
  container.on('connection_open', () => {
    state.connections++;
  });
  container.on('sender_open', ({ sender }: rhea.EventContext) => {
    if (sender === undefined) return;
    sender.set_source({ address: sender.source?.address ?? '' });
    replies.set(sender.target?.address ?? '', sender);
  });
  container.on('receiver_open', ({ receiver }: rhea.EventContext) => {
    receiver?.set_target({ address: receiver.target?.address ?? '' });
  });
  container.on('message', ({ message, receiver, connection }: rhea.EventContext) => {
    if (message === undefined || receiver === undefined) return;
    const address = receiver.target?.address ?? '';
    if (address !== '$cbs') {
      // A batch comes undecoded: a section of data holds a message, which holds another one.
      const inner = rhea.message.decode(dataOf(rhea.message.decode(message as unknown as Buffer)));
      state.messages.push({ hub: address, body: dataOf(inner).toString() });
      return;
    }
    const { type = '', name = '' } = message.application_properties ?? {};
    state.claims.push({ type, audience: name });
    const reply = replies.get(String(message.reply_to)) ?? connection.find_sender(() => true);
    reply?.send({
      correlation_id: message.message_id ?? '',
      application_properties: { 'status-code': claimStatus, 'status-description': 'said' },
      body: '',
    });
  });
  const server = container.listen({
    port: 0,
    host: '127.0.0.1',
    receiver_options: { max_message_size: maxMessageBytes, credit_window: 100 },
  }) as Server;
  await new Promise((resolve) => server.once('listening', resolve));
  const sockets = new Set<{ destroy(): void }>();
  server.on('connection', (socket) => sockets.add(socket));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    messages: state.messages,
    claims: state.claims,
    connections: () => state.connections,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
