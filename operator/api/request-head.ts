/** The head of an HTTP request, as every part of the operator reads it: all that is known before the body. */
import type { IncomingHttpHeaders } from 'node:http';

export interface RequestHead {
  readonly method: string;
  /** Path and query as sent; absent where a request came otherwise than by HTTP. */
  readonly url?: string;
  /** Names are lower-case, as node:http gives them. */
  readonly headers: IncomingHttpHeaders;
  /** Name, value, name, value, … as sent: here duplicates still differ from joined values. */
  readonly rawHeaders: readonly string[];
  /** When it was sent, in ms since 1970, where a broker's server says so: time checks of a proof use it in place of now. */
  readonly sentAtMs?: number;
}
