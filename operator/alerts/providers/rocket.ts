/** Posts a message to an incoming webhook of Rocket.Chat. */
import { goJson } from '../encode/go-json.ts';
import type { ProviderType } from '../provider-type.ts';
import { checkRefusal } from '../send/check-refusal.ts';
import { hookUrl } from '../send/hook-url.ts';
import { post } from '../send/post.ts';
import { attachmentMessage } from '../text/attachment-message.ts';
import { defuse } from '../text/defuse.ts';
import { fitEvent } from '../text/fit-event.ts';

/** Rocket.Chat's default for a message (Message_MaxAllowedSize), in UTF-16 units. */
const MAX_TEXT_LENGTH = 5_000;

export const rocket: ProviderType = {
  name: 'rocket',
  description: 'Rocket.Chat',
  settings: { address: 'URL of the incoming webhook', channel: 'name of the channel, in place of the webhook’s' },
  prepare({ address, channel, username, http }) {
    const url = hookUrl('Rocket', address);
    return {
      async send({ event }, signal) {
        const fitting = fitEvent(event, ({ message }) => defuse(message).length <= MAX_TEXT_LENGTH);
        const message = attachmentMessage(fitting, {
          channel,
          username,
          fallback: '',
          color: event.severity === 'error' ? '#FF0000' : '#0076D7',
          asText: defuse,
        });
        const { text } = await post(http, { url, body: goJson(message) }, signal);
        checkRefusal('Rocket.Chat', text, ({ success, error = 'unknown' }) => (success === false ? error : undefined));
      },
    };
  },
};
