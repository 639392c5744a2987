/** Posts a message to a room of Webex. */
import { goJson } from '../encode/go-json.ts';
import type { FluxEvent } from '../flux-event.ts';
import type { ProviderType } from '../provider-type.ts';
import { hookUrl } from '../send/hook-url.ts';
import { post } from '../send/post.ts';
import { escapeMarkdown } from '../text/escape-markdown.ts';
import { fitEvent } from '../text/fit-event.ts';
import { objectLabel } from '../text/object-label.ts';

/** Webex's limit for a message's Markdown, in bytes. */
const MAX_MARKDOWN_BYTES = 7_439;

export const webex: ProviderType = {
  name: 'webex',
  description: 'Webex',
  settings: {
    address: '`https://webexapis.com/v1/messages`',
    channel: 'ID of the room',
    secret: '`token`: token of the bot',
  },
  prepare({ address, channel, token, http }) {
    const url = hookUrl('Webex', address);
    const headers = { Authorization: `Bearer ${token}` };
    return {
      async send({ event }, signal) {
        const fitting = fitEvent(event, (cut) => Buffer.byteLength(markdown(cut)) <= MAX_MARKDOWN_BYTES);
        const body = goJson({ roomId: channel, markdown: markdown(fitting) });
        await post(http, { url, headers, body }, signal);
      },
    };
  },
};

function markdown(event: FluxEvent): string {
  const emoji = event.severity === 'error' ? '💣' : '✅';
  const lines = [...event.metadata].map(([key, value]) => `>**${escapeMarkdown(key)}**: ${escapeMarkdown(value)}\n`);
  return `${emoji} **${objectLabel(event)}**\n${escapeMarkdown(event.message)}\n${lines.join('')}`;
}
