/** Posts a message to a topic of Zulip. */
import { DeliveryError } from '../delivery-error.ts';
import { goForm } from '../encode/go-form.ts';
import type { ProviderType } from '../provider-type.ts';
import { basicAuth } from '../send/basic-auth.ts';
import { checkRefusal } from '../send/check-refusal.ts';
import { hookUrl } from '../send/hook-url.ts';
import { post } from '../send/post.ts';
import { defuse } from '../text/defuse.ts';
import { fitEvent } from '../text/fit-event.ts';
import { statusMarkdown } from '../text/status-markdown.ts';

/** Zulip's limit, in characters; UTF-16 units are at least as many. */
const MAX_CONTENT_LENGTH = 10_000;

export const zulip: ProviderType = {
  name: 'zulip',
  description: 'Zulip',
  settings: {
    address: 'URL of the server',
    channel: '`<stream>/<topic>`',
    secret: '`username`: email of the bot; `password`: its API key',
  },
  prepare({ address, channel, username, password, http }) {
    const url = hookUrl('Zulip', address);
    url.pathname = '/api/v1/messages';
    const slash = channel.indexOf('/');
    const [to, topic] = [channel.slice(0, Math.max(slash, 0)), channel.slice(slash + 1)];
    if (to === '' || topic === '') throw new DeliveryError('final', "the channel must be '<stream>/<topic>'");
    const headers = {
      'Content-Type': 'application/x-www-form-urlencoded',
      Authorization: basicAuth(username, password),
    };
    return {
      async send({ event }, signal) {
        const content = (cut: typeof event) => statusMarkdown(cut, defuse);
        const fitting = fitEvent(event, (cut) => content(cut).length <= MAX_CONTENT_LENGTH);
        const form = new URLSearchParams({ content: content(fitting), to, topic, type: 'stream' });
        const { text } = await post(http, { url, headers, body: goForm(form) }, signal);
        checkRefusal('Zulip', text, ({ result, msg = 'unknown' }) => (result === 'error' ? msg : undefined));
      },
    };
  },
};
