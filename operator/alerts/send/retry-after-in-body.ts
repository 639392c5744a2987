/** Reads from an answer's JSON when to come again, where a service says so there and not in a header. */
import { jsonObject } from './check-refusal.ts';

/** Matrix: `retry_after_ms`; Discord: `retry_after`, seconds; Telegram: the same in `parameters`. @returns ms. */
export function retryAfterInBodyMs(text: string): number | undefined {
  const answer = jsonObject(text) ?? {};
  const parameters = answer.parameters as { readonly retry_after?: unknown } | null | undefined;
  const seconds = answer.retry_after ?? parameters?.retry_after;
  const ms = answer.retry_after_ms ?? (typeof seconds === 'number' ? seconds * 1_000 : undefined);
  return typeof ms === 'number' && ms >= 0 ? ms : undefined;
}
