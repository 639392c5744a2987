/** Builds the message with one attachment that Slack invented, and that Mattermost, Discord and Rocket.Chat take. */
import type { GoJson } from '../encode/go-json.ts';
import type { FluxEvent } from '../flux-event.ts';
import { objectLabel } from './object-label.ts';

export interface AttachmentMessage {
  readonly channel: string;
  readonly username: string;
  /** What is shown where no attachment can be. */
  readonly fallback: string;
  readonly color: string;
  /** Writes text in the markup of the service. */
  readonly asText: (text: string) => string;
}

export function attachmentMessage(
  event: FluxEvent,
  { channel, username, fallback, color, asText }: AttachmentMessage,
): GoJson {
  return {
    channel,
    username,
    icon_url: '',
    icon_emoji: '',
    attachments: [
      {
        fallback,
        color,
        author_name: objectLabel(event),
        text: asText(event.message),
        mrkdwn_in: ['text'],
        fields: [...event.metadata].map(([title, value]) => ({ title, value: asText(value), short: false })),
      },
    ],
  };
}
