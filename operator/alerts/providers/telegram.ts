/** Posts a message to a chat of Telegram. */
import { DeliveryError } from '../delivery-error.ts';
import { goJson } from '../encode/go-json.ts';
import type { FluxEvent } from '../flux-event.ts';
import type { ProviderType } from '../provider-type.ts';
import { checkRefusal } from '../send/check-refusal.ts';
import { post } from '../send/post.ts';
import { defuseMentions } from '../text/defuse.ts';
import { fitEvent } from '../text/fit-event.ts';

const API = 'https://api.telegram.org';
/** Telegram's limit, in UTF-16 units of what is shown: escapes and markup do not count. */
const MAX_TEXT_LENGTH = 4_096;
/** What MarkdownV2 wants escaped everywhere. */
const SPECIAL = /[\\.\-_[\]()~>`#+=|{}!*]/g;

export const telegram: ProviderType = {
  name: 'telegram',
  description: 'Telegram',
  settings: { channel: '`<chat>`, or `<chat>:<thread>`', secret: '`token`: token of the bot, required' },
  prepare({ channel, token, http }) {
    if (channel === '') throw new DeliveryError('final', 'empty Telegram channel');
    if (token === '') throw new DeliveryError('final', 'empty Telegram token');
    const url = new URL(`/bot${token}/sendMessage`, API);
    const colon = channel.indexOf(':');
    const [chat, thread] = colon === -1 ? [channel] : [channel.slice(0, colon), channel.slice(colon + 1)];
    return {
      async send({ event }, signal) {
        const fitting = fitEvent(event, (cut) => messageText(cut, defuseMentions).length <= MAX_TEXT_LENGTH);
        const text = messageText(fitting, escapeTelegram);
        const body = goJson({ chat_id: chat, message_thread_id: thread || undefined, text, parse_mode: 'MarkdownV2' });
        const answer = await post(http, { url, body }, signal);
        checkRefusal('Telegram', answer.text, ({ ok, description = 'unknown' }) =>
          ok === false ? description : undefined,
        );
      },
    };
  },
};

function escapeTelegram(text: string): string {
  return defuseMentions(text).replace(SPECIAL, '\\$&');
}

function messageText(event: FluxEvent, asText: (text: string) => string): string {
  const { kind, name, namespace } = event.involvedObject;
  const emoji = event.severity === 'error' ? '🚨' : '💫';
  const head = asText(`${emoji} ${kind.toLowerCase()}/${name}/${namespace}`);
  const lines = [...event.metadata].map(([key, value]) => `\\- *${asText(key)}*: ${asText(value)}\n`);
  return `*${head}*\n${asText(event.message)}\n${lines.join('')}`;
}
