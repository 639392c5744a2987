import { checkShape, type Shape } from '../verify/check-shape.ts';
import { parseFirstJson } from '../verify/parse-json.ts';
import type { WebhookVerifier } from './webhook-type.ts';

/** The verifier of the types whose senders prove nothing: the body must have the shape of theirs. */
export function shapeVerifier(shape: Shape): WebhookVerifier {
  return {
    head: () => (body) => {
      checkShape(parseFirstJson(body), shape);
      return {};
    },
  };
}
