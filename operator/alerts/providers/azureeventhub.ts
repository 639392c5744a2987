/**
 * Sends the event itself to a hub of Azure Event Hubs, by AMQP on a connection that is kept. With a proxy or certificates of
 * its own it goes through a WebSocket, on port 443: the client can do both there alone.
 */
import type { EventHubClientOptions, EventHubProducerClient } from '@azure/event-hubs';
import { systemClock } from '../../observe/clock.ts';
import { azureAccess, azureAuthority } from '../cloud/azure-access.ts';
import { DeliveryError } from '../delivery-error.ts';
import { eventJson } from '../encode/event-json.ts';
import type { FluxEvent } from '../flux-event.ts';
import type { ProviderSettings, ProviderType } from '../provider-type.ts';
import { checkHost } from '../send/check-host.ts';
import { isCertificateFault } from '../send/http-caller.ts';
import { webSocketsBy } from '../send/web-sockets-by.ts';
import { within } from '../send/within.ts';
import { fitEvent } from '../text/fit-event.ts';

type Client = typeof import('../clients/event-hubs.ts');

const SCOPE = 'https://eventhubs.azure.net//.default';
/** The token is got anew each time that the client asks: it may be kept elsewhere. */
const ASKED_AGAIN_MS = 300_000;
const TOKEN_TIMEOUT_MS = 15_000;
/** By the host that gives tokens. */
const DOMAINS: ReadonlyMap<string, string> = new Map([
  ['login.chinacloudapi.cn', '.servicebus.chinacloudapi.cn'],
  ['login.microsoftonline.us', '.servicebus.usgovcloudapi.net'],
]);
const PUBLIC_DOMAIN = '.servicebus.windows.net';
/** Of a message, beside its bytes. */
const HEAD_BYTES = 1_024;
/** What somebody has to mend first, by the client's names. */
const FINAL_CODES = new Set([
  'ArgumentError',
  'InvalidOperationError',
  'MessageTooLargeError',
  'MessagingEntityDisabledError',
  'MessagingEntityNotFoundError',
  'NotImplementedError',
  'UnauthorizedError',
]);
/** The queue tries again. */
const OPTIONS = { retryOptions: { maxRetries: 0 } } satisfies EventHubClientOptions;

export const azureEventHub: ProviderType = {
  name: 'azureeventhub',
  description: 'Azure Event Hubs',
  settings: {
    address: 'connection string with `SharedAccessKey` and `EntityPath`, or name of the hub',
    channel: 'namespace, for the name of a hub',
    secret: '`token`: JWT (deprecated); without it, workload identity',
  },
  deprecation: ({ address, token }) =>
    token === '' || isConnectionString(address) ? undefined : "the Secret's 'token' is a JWT: use workload identity",
  async prepare(settings) {
    const client = await import('../clients/event-hubs.ts');
    const { tls, proxy, allowLinkLocal, http } = settings;
    const sockets = (tls ?? proxy) ? await webSocketsBy({ tls, proxy, allowLinkLocal }) : undefined;
    const options =
      sockets === undefined ? OPTIONS : { ...OPTIONS, webSocketOptions: { webSocket: sockets.WebSocket } };
    const { host, producer } = producerOf(settings, client, options);
    return {
      async send({ event }, signal) {
        if (!allowLinkLocal) await within(signal, checkHost(host));
        try {
          await send(producer, event, signal);
        } catch (error) {
          throw sockets === undefined || signal.aborted ? error : await reasonOf(error, { http, host, signal });
        }
      },
      async close() {
        await producer.close();
        await sockets?.close();
      },
    };
  },
};

interface Producer {
  readonly host: string;
  readonly producer: EventHubProducerClient;
}

function producerOf(settings: ProviderSettings, client: Client, options: EventHubClientOptions): Producer {
  const { address, channel, token, serviceAccountName } = settings;
  const isShared = isConnectionString(address);
  if (serviceAccountName !== '' && (isShared || token !== '')) {
    const message = 'serviceAccountName cannot be set together with a token or an address with a SharedAccessKey';
    throw new DeliveryError('final', message);
  }
  if (isShared) return ofConnectionString(address, client, options);
  if (address === '') throw new DeliveryError('final', 'the name of the event hub (address) cannot be empty');
  if (channel === '') throw new DeliveryError('final', 'the namespace of the event hub (channel) cannot be empty');
  const domain = DOMAINS.get(azureAuthority().host) ?? PUBLIC_DOMAIN;
  const host = channel.includes('.servicebus.') ? channel : `${channel}${domain}`;
  if (!/^[A-Za-z0-9.-]+$/.test(host)) throw new DeliveryError('final', 'invalid namespace of the event hub (channel)');
  const access = token === '' ? azureAccess(settings, SCOPE) : async () => token;
  const credential = {
    getToken: async () => ({
      token: await access(AbortSignal.timeout(TOKEN_TIMEOUT_MS)),
      expiresOnTimestamp: systemClock.now() + ASKED_AGAIN_MS,
    }),
  };
  return { host, producer: new client.EventHubProducerClient(host, address, credential, options) };
}

function isConnectionString(address: string): boolean {
  return address.includes('SharedAccessKey');
}

function ofConnectionString(address: string, client: Client, options: EventHubClientOptions): Producer {
  try {
    const { fullyQualifiedNamespace: host } = client.parseEventHubConnectionString(address);
    return { host, producer: new client.EventHubProducerClient(address, options) };
  } catch {
    throw new DeliveryError('final', 'invalid connection string: it needs Endpoint, SharedAccessKey and EntityPath');
  }
}

async function send(producer: EventHubProducerClient, event: FluxEvent, signal: AbortSignal): Promise<void> {
  try {
    const batch = await producer.createBatch({ abortSignal: signal });
    const limit = batch.maxSizeInBytes - HEAD_BYTES;
    const cut = fitEvent(event, (each) => Buffer.byteLength(eventJson(each)) <= limit);
    if (!batch.tryAdd({ body: Buffer.from(eventJson(cut)) })) {
      throw new DeliveryError('final', 'the event is larger than the hub takes');
    }
    await producer.sendBatch(batch, { abortSignal: signal });
  } catch (error) {
    throw signal.aborted ? signal.reason : deliveryError(error);
  }
}

interface Asked {
  readonly http: ProviderSettings['http'];
  readonly host: string;
  readonly signal: AbortSignal;
}

/** A WebSocket does not say why it could not be opened; a plain request to the same place does. */
async function reasonOf(error: unknown, { http, host, signal }: Asked): Promise<unknown> {
  if (!(error instanceof DeliveryError) || error.verdict === 'final') return error;
  try {
    await http.request({ method: 'GET', url: new URL(`https://${host}/`) }, signal);
  } catch (reason) {
    if (reason instanceof DeliveryError && reason.verdict === 'final') return reason;
  }
  return error;
}

/** The client's messages name addresses and hubs. */
function deliveryError(error: unknown): DeliveryError {
  if (error instanceof DeliveryError) return error;
  const { code } = error as { readonly code?: unknown };
  const what = typeof code === 'string' ? code : 'no answer';
  if (isCertificateFault(what)) {
    return new DeliveryError('final', `Azure Event Hubs failed: certificate refused: ${what}`);
  }
  return new DeliveryError(FINAL_CODES.has(what) ? 'final' : 'passing', `Azure Event Hubs failed: ${what}`);
}
