/** Posts a card to a bot of Lark, which in China is Feishu. */
import { type GoJson, goJson } from '../encode/go-json.ts';
import type { FluxEvent } from '../flux-event.ts';
import type { ProviderType } from '../provider-type.ts';
import { checkRefusal } from '../send/check-refusal.ts';
import { hookUrl } from '../send/hook-url.ts';
import { post } from '../send/post.ts';
import { escapeLark } from '../text/escape-lark.ts';
import { fitEvent } from '../text/fit-event.ts';
import { objectLabel } from '../text/object-label.ts';

/** Lark's limit for a request of a bot, in bytes. */
const MAX_BODY_BYTES = 20_000;
/** Too many requests of the bot, of the tenant, and an internal error. */
const PASSING_CODES = new Set([9499, 11232, 11233, 99991400, 19002]);

export const lark: ProviderType = {
  name: 'lark',
  description: 'Lark, and Feishu',
  settings: { address: 'URL of the webhook of the bot' },
  prepare({ address, http }) {
    const url = hookUrl('Lark', address);
    return {
      async send({ event }, signal) {
        const fitting = fitEvent(event, (cut) => Buffer.byteLength(goJson(card(cut))) <= MAX_BODY_BYTES);
        const { text } = await post(http, { url, body: goJson(card(fitting)) }, signal);
        checkRefusal(
          'Lark',
          text,
          ({ code, msg }) => (typeof code === 'number' && code !== 0 ? `${code} ${msg}` : undefined),
          ({ code }) => (PASSING_CODES.has(Number(code)) ? 'passing' : 'final'),
        );
      },
    };
  },
};

function card(event: FluxEvent): GoJson {
  const [emoji, template] = event.severity === 'error' ? ['🚨', 'red'] : ['💫', 'turquoise'];
  const lines = [...event.metadata].map(([key, value]) => `${escapeLark(key)}: ${escapeLark(value)}\n`);
  const content = `**${escapeLark(event.message)}**\n\n${lines.join('')}`;
  return {
    msg_type: 'interactive',
    card: {
      config: { wide_screen_mode: true },
      header: { title: { tag: 'plain_text', content: `${emoji} ${objectLabel(event)}` }, template },
      elements: [{ tag: 'div', text: { tag: 'lark_md', content } }],
    },
  };
}
