/** Posts a message to an incoming webhook of Zoom Team Chat. */
import { DeliveryError } from '../delivery-error.ts';
import { goForm } from '../encode/go-form.ts';
import { type GoJson, goJson } from '../encode/go-json.ts';
import type { FluxEvent } from '../flux-event.ts';
import type { ProviderType } from '../provider-type.ts';
import { checkRefusal } from '../send/check-refusal.ts';
import { hookUrl } from '../send/hook-url.ts';
import { post } from '../send/post.ts';
import { defuseMentions } from '../text/defuse.ts';
import { fitEvent } from '../text/fit-event.ts';
import { objectLabel } from '../text/object-label.ts';

/** Zoom's limit for a message, in UTF-16 units. */
const MAX_TEXT_LENGTH = 4_096;

export const zoom: ProviderType = {
  name: 'zoom',
  description: 'Zoom Team Chat',
  settings: { address: 'URL of the incoming webhook', secret: '`token`: verification token, required' },
  prepare({ address, token, http }) {
    const url = hookUrl('Zoom', address);
    if (token === '') throw new DeliveryError('final', 'empty Zoom token');
    if (!url.searchParams.has('format')) url.searchParams.set('format', 'full');
    url.search = goForm(url.searchParams);
    const headers = { Authorization: token };
    return {
      async send({ event }, signal) {
        const fitting = fitEvent(event, (cut) => textLength(cut) <= MAX_TEXT_LENGTH);
        const { text } = await post(http, { url, headers, body: goJson(message(fitting)) }, signal);
        checkRefusal('Zoom', text, ({ result, message: reason = 'unknown' }) =>
          result === false ? reason : undefined,
        );
      },
    };
  },
};

function textLength({ message: text, metadata }: FluxEvent): number {
  const lengths = [...metadata].map(([key, value]) => key.length + defuseMentions(value).length);
  return lengths.reduce((sum, length) => sum + length, defuseMentions(text).length);
}

function message(event: FluxEvent): GoJson {
  const items = [...event.metadata].map(([key, value]) => ({ key, value: defuseMentions(value) }));
  const text = { type: 'message', text: defuseMentions(event.message) };
  return {
    content: {
      head: { text: objectLabel(event), sub_head: { text: event.severity } },
      body: items.length === 0 ? [text] : [text, { type: 'fields', items }],
    },
  };
}
