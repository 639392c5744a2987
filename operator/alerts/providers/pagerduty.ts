/** Triggers and resolves incidents of PagerDuty, and reports changes to it. */
import { goJson } from '../encode/go-json.ts';
import { ZERO_TIME } from '../encode/zero-time.ts';
import type { FluxEvent } from '../flux-event.ts';
import { reasonWords } from '../git/reason-words.ts';
import type { ProviderType } from '../provider-type.ts';
import { hookUrl } from '../send/hook-url.ts';
import { post } from '../send/post.ts';
import { fitEvent } from '../text/fit-event.ts';
import { truncate } from '../text/truncate.ts';

/** PagerDuty's limits: characters of a summary and a source, bytes of an event. */
const MAX_TEXT_LENGTH = 1_024;
const MAX_BODY_BYTES = 512_000;

export const pagerduty: ProviderType = {
  name: 'pagerduty',
  description: 'PagerDuty',
  settings: { address: '`https://events.pagerduty.com`', channel: 'integration key' },
  prepare({ address, channel, http }) {
    const { origin } = hookUrl('PagerDuty', address);
    const [events, changes] = [new URL('/v2/enqueue', origin), new URL('/v2/change/enqueue', origin)];
    return {
      async send({ event }, signal) {
        if (event.reason === 'Progressing') return;
        await post(http, { url: events, body: fitted(event, (cut) => incident(cut, channel)) }, signal);
        if (event.severity !== 'info') return;
        await post(http, { url: changes, body: fitted(event, (cut) => change(cut, channel)) }, signal);
      },
    };
  },
};

function fitted(event: FluxEvent, write: (event: FluxEvent) => string): string {
  return write(fitEvent(event, (cut) => Buffer.byteLength(write(cut)) <= MAX_BODY_BYTES));
}

function incident(event: FluxEvent, routingKey: string): string {
  const { uid, name, kind } = event.involvedObject;
  const { summary, source, timestamp, custom_details } = payloadOf(event);
  const key = uid || undefined;
  if (event.severity !== 'error') {
    return goJson({ routing_key: routingKey, event_action: 'resolve', dedup_key: key });
  }
  const payload = { summary, source, severity: 'error', timestamp, component: name, group: kind, custom_details };
  return goJson({ routing_key: routingKey, event_action: 'trigger', dedup_key: key, payload });
}

function change(event: FluxEvent, routingKey: string): string {
  return goJson({ routing_key: routingKey, payload: payloadOf(event) });
}

function payloadOf({ involvedObject: { kind, name }, reason, reportingController, ...event }: FluxEvent) {
  return {
    summary: truncate(`${reasonWords(reason)}: ${kind.toLowerCase()}/${name}`, MAX_TEXT_LENGTH),
    source: truncate(`Flux ${reportingController}`, MAX_TEXT_LENGTH),
    timestamp: event.timestamp ?? ZERO_TIME,
    custom_details: { message: event.message, metadata: event.metadata },
  };
}
