/** Posts a message to a Discord webhook, by its form for Slack's messages. */
import { goJson } from '../encode/go-json.ts';
import type { FluxEvent } from '../flux-event.ts';
import type { ProviderType } from '../provider-type.ts';
import { hookUrl } from '../send/hook-url.ts';
import { post } from '../send/post.ts';
import { attachmentMessage } from '../text/attachment-message.ts';
import { ZERO_WIDTH_SPACE } from '../text/defuse.ts';
import { escapeMarkdown } from '../text/escape-markdown.ts';
import { fitEvent } from '../text/fit-event.ts';
import { objectLabel } from '../text/object-label.ts';
import { truncate } from '../text/truncate.ts';

/** Discord's limits, in UTF-16 units. */
const MAX_TEXT_LENGTH = 2_000;
const MAX_FIELDS = 25;
const MAX_FIELD_NAME_LENGTH = 256;
const MAX_FIELD_VALUE_LENGTH = 1_024;
const MAX_USERNAME_LENGTH = 80;
/** Of object, text, names and values together. */
const MAX_EMBED_LENGTH = 6_000;

export const discord: ProviderType = {
  name: 'discord',
  description: 'Discord',
  settings: { address: 'URL of the webhook' },
  prepare({ address, username, http }) {
    const url = slackForm(hookUrl('Discord', address));
    return {
      async send({ event }, signal) {
        const message = attachmentMessage(fitDiscord(event), {
          channel: '',
          username: truncate(username || event.reportingController, MAX_USERNAME_LENGTH),
          fallback: '',
          color: event.severity === 'error' ? 'danger' : 'good',
          asText: escapeDiscord,
        });
        await post(http, { url, body: goJson(message) }, signal);
      },
    };
  },
};

/** A webhook takes Slack's messages below its path. */
function slackForm(address: URL): URL {
  const url = new URL(address);
  const path = url.pathname.replace(/\/+$/, '');
  url.pathname = path.endsWith('/slack') ? path : `${path}/slack`;
  return url;
}

/** Everybody is mentioned inside a word as well. */
function escapeDiscord(text: string): string {
  return escapeMarkdown(text).replace(/@(?=everyone|here)/g, `@${ZERO_WIDTH_SPACE}`);
}

function fitDiscord(event: FluxEvent): FluxEvent {
  const fields = [...event.metadata].slice(0, MAX_FIELDS).map(([name, value]) => {
    const fitting = fitEvent({ ...event, message: value }, ({ message }) => {
      return escapeDiscord(message).length <= MAX_FIELD_VALUE_LENGTH;
    });
    return [truncate(name, MAX_FIELD_NAME_LENGTH), fitting.message] as const;
  });
  return fitEvent({ ...event, metadata: new Map(fields) }, fitsEmbed);
}

function fitsEmbed(event: FluxEvent): boolean {
  const text = escapeDiscord(event.message).length;
  const fields = [...event.metadata].map(([name, value]) => name.length + escapeDiscord(value).length);
  const total = fields.reduce((sum, length) => sum + length, text + objectLabel(event).length);
  return text <= MAX_TEXT_LENGTH && total <= MAX_EMBED_LENGTH;
}
