/** Puts one HTTP answer together from what undici says of it, within a bound. */
import type { Dispatcher } from 'undici';
import { DeliveryError } from '../delivery-error.ts';

export interface HttpAnswer {
  readonly status: number;
  /** By their names in lower case; the first of several. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly text: string;
  /** The text's bytes, for what is none. */
  readonly body: Buffer;
}

type Fields = Readonly<Record<string, string | string[] | undefined>>;

const MAX_ANSWER_BYTES = 8 * 1024 * 1024;
const FIRST_FINAL_STATUS = 200;
const NOTHING = Buffer.alloc(0);

/** A class, because it is made for every delivery and its parts share all of its state. */
export class AnswerReader {
  #status = 0;
  #fields: Fields = {};
  #bytes = 0;
  readonly #chunks: Buffer[] = [];

  begin(status: number, fields: Fields): void {
    if (status < FIRST_FINAL_STATUS) return;
    this.#status = status;
    this.#fields = fields;
  }

  /** Breaks the exchange off when it is too much. */
  add(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes <= MAX_ANSWER_BYTES) this.#chunks.push(chunk);
    else controller.abort(new DeliveryError('final', `the answer has more than ${MAX_ANSWER_BYTES} bytes`));
  }

  whole(): HttpAnswer {
    const body = this.#bytes === 0 ? NOTHING : Buffer.concat(this.#chunks, this.#bytes);
    return { status: this.#status, headers: firstOfEach(this.#fields), text: body.toString('utf8'), body };
  }
}

function firstOfEach(fields: Fields): Readonly<Record<string, string | undefined>> {
  const headers: Record<string, string | undefined> = {};
  for (const name of Object.keys(fields)) {
    const value = fields[name];
    headers[name] = Array.isArray(value) ? value[0] : value;
  }
  return headers;
}
