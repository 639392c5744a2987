import type { WebhookSettings } from '../../operator/webhooks/webhook-type.ts';
import { settingsOf, TOKEN } from './verdict-of.ts';

/** The settings of a Receiver whose Secret has these keys beside the guide's token. */
export function secretOf(keys: Readonly<Record<string, string | Buffer>>): WebhookSettings {
  const data = Object.entries({ token: TOKEN, ...keys }).map(([key, value]) => [key, Buffer.from(value)]);
  return settingsOf({ secret: Object.fromEntries(data) });
}

/** Why a type cannot be prepared with these keys; 'prepared' where it can. */
export function preparedWith(
  type: { prepare(settings: WebhookSettings): unknown },
  keys: Readonly<Record<string, string | Buffer>>,
): string {
  try {
    type.prepare(secretOf(keys));
    return 'prepared';
  } catch (error) {
    return error instanceof Error && 'code' in error ? `${String(error.code)}: ${error.message}` : String(error);
  }
}
