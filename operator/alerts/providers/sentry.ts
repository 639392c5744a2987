/** Sends errors to Sentry as events and what went well as transactions, each in an envelope of its own. */
import { createHash, randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { systemClock } from '../../observe/clock.ts';
import { DeliveryError } from '../delivery-error.ts';
import { eventJson } from '../encode/event-json.ts';
import { type GoJson, goJson } from '../encode/go-json.ts';
import type { FluxEvent } from '../flux-event.ts';
import type { ProviderType } from '../provider-type.ts';
import { decodeUserinfo } from '../send/decode-userinfo.ts';
import { hookUrl } from '../send/hook-url.ts';
import { checkStatus } from '../send/post.ts';
import { fitEvent } from '../text/fit-event.ts';
import { sortedMap } from '../text/sorted-map.ts';
import { truncate } from '../text/truncate.ts';

/** Sentry refuses larger events, cuts longer messages, and drops longer values of tags. */
const MAX_EVENT_BYTES = 1_000_000;
const MAX_MESSAGE_LENGTH = 8_192;
const MAX_TAG_LENGTH = 200;

interface Item {
  readonly type: 'event' | 'transaction';
  readonly fields: { readonly [key: string]: GoJson };
}

export const sentry: ProviderType = {
  name: 'sentry',
  description: 'Sentry',
  settings: { address: 'the DSN', channel: 'name of the environment' },
  prepare({ address, channel, http }) {
    const { url, auth } = parseDsn(address);
    const headers = { 'Content-Type': 'application/x-sentry-envelope', 'X-Sentry-Auth': auth };
    return {
      async send({ event, alert }, signal) {
        if (event.severity !== 'info' && event.severity !== 'error') return;
        const write = (cut: FluxEvent) => goJson(itemOf(cut, channel).fields);
        const cut = fitEvent(shortened(event), (each) => Buffer.byteLength(write(each)) <= MAX_EVENT_BYTES);
        // The same one at each attempt: Sentry drops an event whose ID it has.
        const id = createHash('sha256')
          .update(`${alert.metadata.uid}:${eventJson(event)}`)
          .digest('hex')
          .slice(0, 32);
        const body = envelope(id, itemOf(cut, channel));
        checkStatus(
          await http.request({ method: 'POST', url, headers, body }, signal),
          'Sentry answered with status code',
        );
      },
    };
  },
};

/** `<scheme>://<key>[:<secret>]@<host>[<path>]/<project>` */
function parseDsn(address: string): { readonly url: URL; readonly auth: string } {
  const dsn = hookUrl('Sentry', address);
  const [, path = '', project = ''] = /^(.*)\/([^/]+)$/.exec(dsn.pathname) ?? [];
  if (dsn.username === '') throw new DeliveryError('final', 'invalid Sentry DSN: the key before the host is missing');
  if (project === '') throw new DeliveryError('final', 'invalid Sentry DSN: the project at the end is missing');
  const secret = dsn.password === '' ? '' : `, sentry_secret=${decodeUserinfo(dsn.password)}`;
  const key = `sentry_key=${decodeUserinfo(dsn.username)}`;
  return {
    url: new URL(`${path}/api/${project}/envelope/`, dsn.origin),
    auth: `Sentry sentry_version=7, sentry_client=sluice, ${key}${secret}`,
  };
}

function shortened(event: FluxEvent): FluxEvent {
  return { ...event, message: truncate(event.message, MAX_MESSAGE_LENGTH) };
}

function envelope(id: string, { type, fields }: Item): string {
  const item = goJson({ event_id: id, ...fields });
  const head = goJson({ event_id: id, sent_at: new Date(systemClock.now()).toISOString() });
  return `${head}\n${goJson({ type, length: Buffer.byteLength(item) })}\n${item}\n`;
}

function itemOf(event: FluxEvent, environment: string): Item {
  const { involvedObject: object, timestamp, message } = event;
  const common = {
    environment: environment || undefined,
    level: event.severity,
    message,
    // Sentry groups by it: as before.
    platform: 'go',
    timestamp: timestamp ?? undefined,
    transaction: `${object.kind}: ${object.namespace}/${object.name}`,
  };
  if (event.severity === 'error') {
    const fields = { ...common, server_name: event.reportingController, contexts: { metadata: event.metadata } };
    return { type: 'event', fields };
  }
  return { type: 'transaction', fields: { ...common, ...transactionOf(event) } };
}

/** A transaction with one span; it needs a time, and an event without one is sent with the present. */
function transactionOf(event: FluxEvent) {
  const at = event.timestamp ?? new Date(systemClock.now()).toISOString();
  const tags = tagsOf(event);
  const traceId = randomBytes(16).toString('hex');
  const span = { trace_id: traceId, span_id: randomBytes(8).toString('hex'), op: 'event' };
  return {
    server_name: hostname(),
    timestamp: at,
    type: 'transaction',
    start_timestamp: at,
    spans: [{ ...span, start_timestamp: at, timestamp: at, origin: 'manual', tags }],
    tags,
    contexts: { trace: { op: 'event', span_id: randomBytes(8).toString('hex'), trace_id: traceId } },
  };
}

/** The metadata win where they have the name of another tag. */
function tagsOf({ involvedObject: object, reason, metadata, ...event }: FluxEvent): ReadonlyMap<string, string> {
  const tags: [string, string][] = [
    ['flux_involved_object_kind', object.kind],
    ['flux_involved_object_namespace', object.namespace],
    ['flux_involved_object_name', object.name],
    ['flux_reporting_controller', event.reportingController],
    ['flux_reporting_instance', event.reportingInstance],
    ['flux_reason', reason],
    ...metadata,
  ];
  return sortedMap(tags.map(([key, value]) => [key, truncate(value.replaceAll('\n', ' '), MAX_TAG_LENGTH)]));
}
