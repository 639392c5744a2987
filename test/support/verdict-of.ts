/** What a type says of a request, as one word for a table. */
import { RequestError, type RequestErrorCode } from '../../operator/api/errors.ts';
import type { WebhookRequest, WebhookSettings, WebhookType } from '../../operator/webhooks/webhook-type.ts';

export function settingsOf(settings: Partial<WebhookSettings> & { secret?: Record<string, Buffer> }): WebhookSettings {
  const secret = settings.secret ?? {};
  return { token: secret.token ?? Buffer.alloc(0), secret, oidcProviders: [], ...settings };
}

export const TOKEN = 'secret-token-dont-share';

/** The settings of a Receiver whose Secret has the guide's token and nothing else. */
export const tokenSettings: WebhookSettings = settingsOf({ secret: { token: Buffer.from(TOKEN) } });

/** Judges the head and then the body, and reads its events, as a server does. Whatever is no RequestError goes through. */
export async function verdictOf(
  type: WebhookType,
  settings: WebhookSettings,
  request: WebhookRequest,
): Promise<'accepted' | RequestErrorCode> {
  const verifier = type.prepare(settings);
  try {
    await verifier.head(request)(request.body);
    type.events?.read(request);
    return 'accepted';
  } catch (error) {
    if (error instanceof RequestError) return error.code;
    throw error;
  }
}

/** Only `head`: what is refused before the body is read. */
export function headVerdictOf(
  type: WebhookType,
  settings: WebhookSettings,
  request: WebhookRequest,
): 'accepted' | RequestErrorCode {
  try {
    type.prepare(settings).head(request);
    return 'accepted';
  } catch (error) {
    if (error instanceof RequestError) return error.code;
    throw error;
  }
}
