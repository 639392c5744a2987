/** Posts a message to Slack, by an incoming webhook or by the API; Mattermost takes the same. */
import { DeliveryError } from '../delivery-error.ts';
import { goJson } from '../encode/go-json.ts';
import type { FluxEvent } from '../flux-event.ts';
import type { ProviderType } from '../provider-type.ts';
import { checkRefusal, jsonObject } from '../send/check-refusal.ts';
import { hookUrl } from '../send/hook-url.ts';
import { post } from '../send/post.ts';
import { attachmentMessage } from '../text/attachment-message.ts';
import { defuseMentions } from '../text/defuse.ts';
import { escapeEntities } from '../text/escape-entities.ts';
import { objectLabel } from '../text/object-label.ts';
import { truncate } from '../text/truncate.ts';

/** Beyond, Slack refuses the message. */
const MAX_TEXT = 40_000;
const API = 'https://slack.com/api/chat.postMessage';
/** What Slack says while it is busy. */
const PASSING_ERRORS = new Set(['ratelimited', 'rate_limited', 'service_unavailable', 'internal_error', 'fatal_error']);

export const slack: ProviderType = {
  name: 'slack',
  description: 'Slack, and Mattermost',
  settings: {
    address: 'URL of the incoming webhook, or `https://slack.com/api/chat.postMessage`',
    channel: 'name of the channel, for the API',
    secret: '`token`: token of the bot, for the API',
  },
  prepare({ address, channel, username, token, http }) {
    const url = hookUrl('Slack', address);
    const headers = token === '' ? {} : { Authorization: `Bearer ${token}` };
    return {
      async send({ event }, signal) {
        const body = goJson(slackMessage(event, { channel, username: username || event.reportingController }));
        const { text } = await post(http, { url, headers, body }, signal);
        checkAnswer(text, address === API);
      },
    };
  },
};

/** Slack's API answers 200 and says in the body whether it took the message; what stands before it may say something else. */
function checkAnswer(text: string, isApi: boolean): void {
  if (isApi && jsonObject(text) === undefined) {
    throw new DeliveryError('passing', 'Slack answered something else than JSON');
  }
  checkRefusal(
    'Slack',
    text,
    ({ ok, error = 'unknown' }) => (ok === true || (ok !== false && !isApi) ? undefined : error),
    ({ error }) => (PASSING_ERRORS.has(String(error)) ? 'passing' : 'final'),
  );
}

function slackMessage(event: FluxEvent, { channel, username }: { channel: string; username: string }) {
  const cut = { ...event, message: truncate(event.message, MAX_TEXT) };
  return attachmentMessage(cut, {
    channel,
    username,
    fallback: `${objectLabel(cut)}: ${asText(cut.message).split('\n', 1)[0]}`,
    color: event.severity === 'error' ? 'danger' : 'good',
    asText,
  });
}

/** Slack mentions by entities, Mattermost by a bare `@name`. */
function asText(text: string): string {
  return escapeEntities(defuseMentions(text));
}
