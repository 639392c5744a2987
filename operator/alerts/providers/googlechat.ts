/** Posts a card to a webhook of Google Chat. */
import { type GoJson, goJson } from '../encode/go-json.ts';
import type { FluxEvent } from '../flux-event.ts';
import type { ProviderType } from '../provider-type.ts';
import { hookUrl } from '../send/hook-url.ts';
import { post } from '../send/post.ts';
import { escapeEntities } from '../text/escape-entities.ts';
import { fitEvent } from '../text/fit-event.ts';
import { objectLabel } from '../text/object-label.ts';

/** Google Chat's limit for a message with its cards, in bytes. */
const MAX_BODY_BYTES = 32_000;

export const googlechat: ProviderType = {
  name: 'googlechat',
  description: 'Google Chat',
  settings: { address: 'URL of the webhook of the space' },
  prepare({ address, http }) {
    const url = hookUrl('Google Chat', address);
    return {
      async send({ event }, signal) {
        const fitting = fitEvent(event, (cut) => Buffer.byteLength(goJson(card(cut))) <= MAX_BODY_BYTES);
        await post(http, { url, body: goJson(card(fitting)) }, signal);
      },
    };
  },
};

function card(event: FluxEvent): GoJson {
  const header = {
    title: objectLabel(event),
    subtitle: event.reportingController,
    imageUrl: null,
    imageStyle: null,
  };
  const text = escapeEntities(event.message);
  const shown = event.severity === 'error' ? `<font color="#ff0000">${text}</font>` : text;
  const sections = [section([{ textParagraph: { text: shown }, keyValue: null }])];
  if (event.metadata.size > 0) sections.push(section([...event.metadata].map(keyValue)));
  return { cards: [{ header, sections }] };
}

function section(widgets: readonly GoJson[]): GoJson {
  return { header: '', widgets };
}

function keyValue([key, value]: readonly [string, string]): GoJson {
  return {
    textParagraph: null,
    keyValue: {
      topLabel: escapeEntities(key),
      content: escapeEntities(value),
      contentMultiline: false,
      bottomLabel: null,
      icon: null,
    },
  };
}
