/** What JetStream says of a delivery, in the subject that it is acknowledged on. */

export interface Delivery {
  readonly stream: string;
  /** The message's number in the stream. */
  readonly sequence: number;
  /** How often it was delivered, this time included. */
  readonly attempt: number;
  /** When the server stored it, in ms since 1970. */
  readonly sentAtMs: number;
}

const NANOSECONDS_PER_MS = 1_000_000n;
/** `$JS.ACK.<stream>.<consumer>.<delivered>.<sequence>.<delivery>.<nanoseconds>.<pending>` */
const SHORT = 9;
/** `$JS.ACK.<domain>.<account>.<stream>.…` as above, and since then more at the end. */
const LONG = 11;

/** @returns undefined for what JetStream did not deliver. */
export function parseDelivery(reply: string): Delivery | undefined {
  const tokens = reply.split('.');
  if (tokens[0] !== '$JS' || tokens[1] !== 'ACK') return undefined;
  if (tokens.length !== SHORT && tokens.length < LONG) return undefined;
  const [stream = '', , ...numbers] = tokens.slice(tokens.length === SHORT ? 2 : 4);
  const [attempt = '', sequence = '', , nanoseconds = '', pending = ''] = numbers;
  if (![attempt, sequence, nanoseconds, pending].every((number) => /^\d+$/.test(number))) return undefined;
  return {
    stream,
    sequence: Number(sequence),
    attempt: Number(attempt),
    sentAtMs: Number(BigInt(nanoseconds) / NANOSECONDS_PER_MS),
  };
}
