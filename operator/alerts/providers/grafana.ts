/** Adds an annotation to Grafana. */
import { type GoJson, goJson } from '../encode/go-json.ts';
import type { FluxEvent } from '../flux-event.ts';
import type { ProviderType } from '../provider-type.ts';
import { basicAuth } from '../send/basic-auth.ts';
import { hookUrl } from '../send/hook-url.ts';
import { post } from '../send/post.ts';
import { escapeEntities } from '../text/escape-entities.ts';
import { fitEvent } from '../text/fit-event.ts';
import { objectLabel } from '../text/object-label.ts';
import { unixSeconds } from '../text/unix-seconds.ts';

/** The value of `spec.channel` with which the message is sent too. */
const MESSAGE = 'message';
/** What the smallest of Grafana's databases has room for. */
const MAX_TEXT_BYTES = 65_535;
/** Grafana's default for the JSON of all tags (`[annotations] tags_length`), in bytes. */
const MAX_TAGS_BYTES = 500;

export const grafana: ProviderType = {
  name: 'grafana',
  description: 'Annotations of Grafana',
  settings: {
    address: 'URL of the API, ending in `/api/annotations`',
    channel: '`message`: the text has the message too',
    secret: '`token`, or `username` and `password`',
  },
  prepare({ address, channel, username, password, token, http }) {
    const url = hookUrl('Grafana', address);
    const headers: Record<string, string> = {};
    if (token !== '') headers.Authorization = `Bearer ${token}`;
    else if (username !== '' && password !== '') headers.Authorization = basicAuth(username, password);
    const textOf = channel === MESSAGE ? textWithMessage : objectLabel;
    return {
      async send({ event }, signal) {
        const body = goJson({ when: unixSeconds(event), text: textOf(event), tags: fittingTags(event) });
        await post(http, { url, headers, body }, signal);
      },
    };
  },
};

/** Grafana shows it as HTML. */
function textWithMessage(event: FluxEvent): string {
  const text = (cut: FluxEvent) => `${objectLabel(cut)}\n${escapeEntities(cut.message)}`;
  const bare = { ...event, metadata: new Map() };
  return text(fitEvent(bare, (cut) => Buffer.byteLength(text(cut)) <= MAX_TEXT_BYTES));
}

function fittingTags(event: FluxEvent): GoJson {
  // The message takes no room there.
  return tagsOf(fitEvent(event, (cut) => Buffer.byteLength(JSON.stringify(tagsOf(cut))) <= MAX_TAGS_BYTES));
}

function tagsOf({ involvedObject: { kind, name, namespace }, metadata, reportingController }: FluxEvent) {
  const own = [...metadata].map(([key, value]) => `${withoutColons(key)}: ${withoutColons(value)}`);
  return ['flux', reportingController, ...own, `kind: ${kind}`, `name: ${name}`, `namespace: ${namespace}`];
}

/** A colon ends the key of a tag. */
function withoutColons(text: string): string {
  return text.replaceAll(':', '|');
}
