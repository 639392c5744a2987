/** Sends each event as a span to an OpenTelemetry collector, by OTLP over HTTP. */
import { createHash } from 'node:crypto';
import type { Alert } from '../../api/alert/alert.ts';
import { systemClock } from '../../observe/clock.ts';
import { DeliveryError } from '../delivery-error.ts';
import { eventJson } from '../encode/event-json.ts';
import type { FluxEvent } from '../flux-event.ts';
import type { Notification, ProviderSettings, ProviderType } from '../provider-type.ts';
import { basicAuth } from '../send/basic-auth.ts';
import { hookUrl } from '../send/hook-url.ts';
import type { HttpAnswer } from '../send/http-caller.ts';
import { mergedHeaders } from '../send/merged-headers.ts';
import { checkStatus } from '../send/post.ts';

type Serializer = typeof import('../clients/otlp.ts').ProtobufTraceSerializer;
type Span = Parameters<Serializer['serializeRequest']>[0][number];

const DEFAULT_PATH = '/v1/traces';
const CONTENT_TYPE = 'application/x-protobuf';
/** The conventions that the resource's attributes follow. */
const SCHEMA_URL = 'https://opentelemetry.io/schemas/1.34.0';
const SCOPE = 'flux:notification-controller';
/** By OpenTelemetry's API: of a kind, of a status, of a flag. */
const INTERNAL = 0;
const [STATUS_OK, STATUS_ERROR] = [1, 2];
const SAMPLED = 1;

export const otel: ProviderType = {
  name: 'otel',
  description: 'OpenTelemetry, by OTLP over HTTP',
  settings: {
    address: 'URL of the OTLP/HTTP collector',
    secret: '`headers`: a map of request headers; `token`, or `username` and `password`',
  },
  async prepare(settings) {
    const url = hookUrl('OTEL', settings.address);
    if (url.pathname === '/') url.pathname = DEFAULT_PATH;
    const own = { ...authorization(settings), 'Content-Type': CONTENT_TYPE };
    const headers = mergedHeaders(settings.headers, Object.entries(own));
    const { ProtobufTraceSerializer, resourceFromAttributes } = await import('../clients/otlp.ts');
    return {
      async send(notification, signal) {
        if (notification.event.involvedObject.kind === 'HelmRepository') return;
        const resource = resourceFromAttributes(resourceOf(notification.alert), { schemaUrl: SCHEMA_URL });
        const body = ProtobufTraceSerializer.serializeRequest([spanOf(notification, resource)]);
        if (body === undefined) throw new DeliveryError('final', 'the event cannot be written as a span');
        const answer = await settings.http.request({ method: 'POST', url, headers, body }, signal);
        checkStatus(answer, 'the OTLP receiver answered with status code');
        checkTaken(answer, ProtobufTraceSerializer);
      },
    };
  },
};

/** The Secret's headers may bring their own. */
function authorization({ headers, username, password, token }: ProviderSettings): Readonly<Record<string, string>> {
  if ([...headers.keys()].some((name) => name.toLowerCase() === 'authorization')) return {};
  if (username !== '' && (password || token) !== '') return { Authorization: basicAuth(username, password || token) };
  const bearer = token || password;
  return bearer === '' ? {} : { Authorization: `Bearer ${bearer}` };
}

/** A receiver may answer 200 and say in the body that it refused the span. */
function checkTaken({ headers, body }: HttpAnswer, serializer: Serializer): void {
  if (!headers['content-type']?.startsWith(CONTENT_TYPE)) return;
  const partial = serializer.deserializeResponse(body)?.partialSuccess;
  if (Number(partial?.rejectedSpans ?? 0) === 0) return;
  throw new DeliveryError(
    'final',
    `the OTLP receiver rejected the span: ${partial?.errorMessage || 'no reason given'}`,
  );
}

function spanOf({ event, alert }: Notification, resource: Span['resource']): Span {
  const { involvedObject: object, severity, message } = event;
  const nowMs = systemClock.now();
  const traceId = traceIdOf(event, alert);
  // The same at each attempt, so that a span that arrives twice is one.
  const spanId = hexDigest(`${alert.metadata.uid}:${eventJson(event)}`, 8);
  return {
    name: `${object.kind}: ${object.namespace}/${object.name}`,
    kind: INTERNAL,
    spanContext: () => ({ traceId, spanId, traceFlags: SAMPLED }),
    // Whoever began the trace is elsewhere.
    parentSpanContext: { traceId, spanId: '', traceFlags: SAMPLED, isRemote: true },
    startTime: hrTime(event.timestamp === null ? nowMs : Date.parse(event.timestamp)),
    endTime: hrTime(nowMs),
    status: severity === 'error' ? { code: STATUS_ERROR, message } : { code: STATUS_OK },
    attributes: attributesOf(event),
    links: [],
    events: [],
    duration: [0, 0],
    ended: true,
    resource,
    instrumentationScope: { name: SCOPE },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

function resourceOf({ metadata: { uid = '', name, namespace } }: Alert) {
  return {
    'service.instance.id': uid,
    'service.name': `${namespace}/${name}`,
    'service.namespace': namespace,
  };
}

function attributesOf({ involvedObject: object, metadata }: FluxEvent): Record<string, string> {
  return {
    'object.uid': object.uid,
    'object.kind': object.kind,
    'object.name': object.name,
    'object.namespace': object.namespace,
    ...Object.fromEntries(metadata),
  };
}

/** One trace an Alert and revision: all that happens for a release is seen together. */
function traceIdOf({ metadata }: FluxEvent, alert: Alert): string {
  const [version, digest] = [metadata.get('app-version'), metadata.get('oci-digest')];
  const revision = version && digest ? `${version}@${digest}` : metadata.get('revision') || 'unknown';
  return hexDigest(`${alert.metadata.uid}:${revision}`, 16);
}

function hexDigest(text: string, bytes: number): string {
  return createHash('sha256')
    .update(text)
    .digest('hex')
    .slice(0, 2 * bytes);
}

function hrTime(ms: number): [number, number] {
  const seconds = Math.floor(ms / 1_000);
  return [seconds, Math.round((ms - seconds * 1_000) * 1_000_000)];
}
