/** What `nats` needs of the clients for NATS and JetStream; a file of its own in the bundle. */

import {
  type ConnectionOptions,
  type NatsConnection,
  NatsConnectionImpl,
  setTransportFactory,
  TimeoutError,
} from '@nats-io/transport-node';
import { NodeTransport, nodeResolveHost } from '@nats-io/transport-node/lib/node_transport.js';
import { RefusedAddressError } from '../../verify/guarded-lookup.ts';
import { isRefusedAddress } from '../../verify/is-refused-address.ts';

export { jetstreamManager, jserrors } from '@nats-io/jetstream/internal';
export {
  AuthorizationError,
  createInbox,
  credsAuthenticator,
  nkeyAuthenticator,
  PermissionViolationError,
  UserAuthenticationExpiredError,
} from '@nats-io/transport-node';

type Options = ConnectionOptions & {
  /** Told why a socket ended: the client itself forgets it while it waits for the server's first answer. */
  readonly onSocketError?: (error: Error) => void;
};

/** Names are resolved before the transport is asked, so it sees addresses alone: of the object, or advertised by a server. */
class GuardedTransport extends NodeTransport {
  override connect(...[server, options]: Parameters<NodeTransport['connect']>): Promise<void> {
    const { hostname, tlsName } = server;
    if (isRefusedAddress(hostname)) return Promise.reject(new RefusedAddressError(hostname));
    if (!options.tls) return super.connect(server, options);
    // Of an address that is no name the client does not say what the certificate is to be for.
    return super.connect(server, { ...options, tls: Object.assign({ host: tlsName || hostname }, options.tls) });
  }

  override setupHandlers(): void {
    super.setupHandlers();
    const { onSocketError }: Options = this.options;
    if (onSocketError !== undefined) this.socket.once('error', onSocketError);
  }
}

/** As the client's own `connect`, but never to a link-local address. @throws RefusedAddressError for such */
export async function connect(options: ConnectionOptions): Promise<NatsConnection> {
  setTransportFactory({ factory: () => new GuardedTransport(), dnsResolveFn: nodeResolveHost });
  let socketError: Error | undefined;
  const onSocketError = (error: Error) => {
    socketError = error;
  };
  try {
    return await NatsConnectionImpl.connect({ ...options, onSocketError } as Options);
  } catch (error) {
    throw error instanceof TimeoutError ? (socketError ?? error) : error;
  }
}
