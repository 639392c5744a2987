/** Posts an event to Datadog. */
import { DeliveryError } from '../delivery-error.ts';
import { type GoJson, goJson } from '../encode/go-json.ts';
import type { FluxEvent } from '../flux-event.ts';
import type { ProviderType } from '../provider-type.ts';
import { jsonObject } from '../send/check-refusal.ts';
import { hookUrl } from '../send/hook-url.ts';
import { post } from '../send/post.ts';
import { defuseMentions, ZERO_WIDTH_SPACE } from '../text/defuse.ts';
import { fitEvent } from '../text/fit-event.ts';
import { truncate } from '../text/truncate.ts';
import { unixSeconds } from '../text/unix-seconds.ts';

/** Datadog's limits, in characters. */
const MAX_TITLE_LENGTH = 500;
const MAX_TEXT_LENGTH = 4_000;
const MAX_TAG_LENGTH = 200;

export const datadog: ProviderType = {
  name: 'datadog',
  description: 'Datadog',
  settings: {
    address: 'URL of the API of your site, `https://api.datadoghq.com`',
    secret: '`token`: API key, required',
  },
  prepare({ address, token, http }) {
    const url = new URL('/api/v1/events', hookUrl('Datadog', address).origin);
    if (token === '') throw new DeliveryError('final', 'api key cannot be empty');
    const headers = { Accept: 'application/json', 'DD-API-KEY': token };
    return {
      async send({ event }, signal) {
        const { text } = await post(http, { url, headers, body: goJson(datadogEvent(event)) }, signal);
        if (jsonObject(text) === undefined) {
          // What stands before it may have passed the event on: another attempt would be another event.
          throw new DeliveryError('final', 'Datadog answered something else than a JSON object');
        }
      },
    };
  },
};

function datadogEvent(event: FluxEvent): GoJson {
  const { kind, name, namespace } = event.involvedObject;
  const { message } = fitEvent(event, (cut) => asText(cut.message).length <= MAX_TEXT_LENGTH);
  const tags = [
    ['flux_reporting_controller', event.reportingController],
    ['flux_reason', event.reason],
    ['kube_kind', kind],
    ['kube_name', name],
    ['kube_namespace', namespace],
    ...event.metadata,
  ];
  return {
    alert_type: event.severity === 'error' ? 'error' : 'info',
    date_happened: unixSeconds(event),
    source_type_name: 'fluxcd',
    tags: tags.map((tag) => truncate(tag.join(':').toLowerCase(), MAX_TAG_LENGTH)),
    text: asText(message),
    title: truncate(`Events from the ${kind} ${name}/${namespace}`, MAX_TITLE_LENGTH),
  };
}

/** `@name` notifies, and three percent signs begin Markdown. */
function asText(text: string): string {
  return defuseMentions(text).replace(/%%(?=%)/g, `%%${ZERO_WIDTH_SPACE}`);
}
