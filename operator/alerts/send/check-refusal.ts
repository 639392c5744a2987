/** Reads refusals out of answers whose status says that all is well. */
import { DeliveryError, type Verdict } from '../delivery-error.ts';

export type JsonAnswer = Readonly<Record<string, unknown>>;

/**
 * An answer that is no JSON object refuses nothing: what stands before a service may answer in its own words.
 * @param refusal what the service gives as the reason; undefined: it took the notification.
 * @throws DeliveryError
 */
export function checkRefusal(
  service: string,
  text: string,
  refusal: (answer: JsonAnswer) => unknown,
  verdict: (answer: JsonAnswer) => Verdict = () => 'final',
): void {
  const answer = jsonObject(text);
  if (answer === undefined) return;
  const reason = refusal(answer);
  if (reason === undefined) return;
  const words = typeof reason === 'string' ? reason : JSON.stringify(reason);
  throw new DeliveryError(verdict(answer), `${service} responded with error: ${words}`);
}

export function jsonObject(text: string): JsonAnswer | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonAnswer) : undefined;
  } catch {
    return undefined;
  }
}
