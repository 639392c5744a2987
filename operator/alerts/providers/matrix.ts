/** Puts a message into a room of Matrix. */
import { createHash } from 'node:crypto';
import { eventJson } from '../encode/event-json.ts';
import { goJson } from '../encode/go-json.ts';
import type { FluxEvent } from '../flux-event.ts';
import type { ProviderType } from '../provider-type.ts';
import { hookUrl } from '../send/hook-url.ts';
import { post } from '../send/post.ts';
import { defuseMentions } from '../text/defuse.ts';
import { fitEvent } from '../text/fit-event.ts';
import { objectLabel } from '../text/object-label.ts';

/** Of the 65,536 bytes that an event may have, some are the server's. */
const MAX_BODY_BYTES = 60_000;

export const matrix: ProviderType = {
  name: 'matrix',
  description: 'Matrix',
  settings: { address: 'URL of the homeserver', channel: 'ID of the room', secret: '`token`: access token' },
  prepare({ address, channel, token, http }) {
    hookUrl('Matrix', address);
    const room = `${address}/_matrix/client/r0/rooms/${channel}/send/m.room.message`;
    const headers = { Authorization: `Bearer ${token}` };
    return {
      async send({ event }, signal) {
        const fitting = fitEvent(event, (cut) => Buffer.byteLength(goJson(message(cut))) <= MAX_BODY_BYTES);
        // Of the event as it is, so that a second attempt makes no second message.
        const transaction = createHash('sha1').update(eventJson(event)).digest('hex');
        const url = hookUrl('Matrix', `${room}/${transaction}`);
        await post(http, { url, method: 'PUT', headers, body: goJson(message(fitting)) }, signal);
      },
    };
  },
};

function message(event: FluxEvent) {
  const emoji = event.severity === 'error' ? '🚨' : '💫';
  const lines = [...event.metadata].map(([key, value]) => `- ${key}: ${defuseMentions(value)}\n`);
  const body = `${emoji} ${objectLabel(event)}\n${defuseMentions(event.message)}\n${lines.join('')}`;
  return { body, msgtype: 'm.text' };
}
