/**
 * Reads one body within the limits. Room is asked for when its first byte is here, so a sender that only announces a
 * body takes none; while it waits, nothing more is read from its socket.
 */
import type { IncomingMessage } from 'node:http';
import { RequestError } from '../../api/errors.ts';
import type { BodyBudget, Room } from './body-budget.ts';
import { freeBytes, freeBytesSoon } from './free-bytes.ts';

export interface ReceivedBody {
  readonly bytes: Buffer;
  /** To be called when the bytes are no longer needed: they are gone then. */
  release(): void;
}

/** Two budgets, so that large bodies, which are rare, never keep small ones waiting. */
export interface BodyBudgets {
  readonly small: BodyBudget;
  readonly large: BodyBudget;
}

export interface ReadBodyOptions {
  /** Undefined for a chunked body. Not more than `maxBytes`. */
  readonly declaredBytes: number | undefined;
  readonly maxBytes: number;
  readonly budgets: BodyBudgets;
}

/** What counts as small; what a chunked body may have before room for the largest is asked for. */
export const SMALL_BODY_BYTES = 64 * 1024;

/** @throws RequestError BodyTooLarge, BodyIncomplete, BodiesFull */
export function readBody(request: IncomingMessage, options: ReadBodyOptions): Promise<ReceivedBody> {
  return new Promise((resolve, reject) => new BodyReader(request, options, resolve, reject));
}

/** One body that arrives. A class, because it is made for every request and its parts share all of its state. */
class BodyReader {
  readonly #request: IncomingMessage;
  readonly #options: ReadBodyOptions;
  readonly #resolve: (body: ReceivedBody) => void;
  readonly #reject: (error: unknown) => void;
  readonly #rooms: Room[] = [];
  readonly #chunks: Buffer[] = [];
  /** All of a large body whose length is known: joined at its end it would be there twice. */
  #whole: Buffer | undefined;
  /** What room has been taken for, or asked. */
  #allowed = 0;
  #received = 0;
  #settled = false;

  constructor(
    request: IncomingMessage,
    options: ReadBodyOptions,
    resolve: (body: ReceivedBody) => void,
    reject: (error: unknown) => void,
  ) {
    this.#request = request;
    this.#options = options;
    this.#resolve = resolve;
    this.#reject = reject;
    request.on('data', this.#onData);
    request.on('end', this.#onEnd);
    request.on('error', this.#onCut);
    request.on('close', this.#onCut);
  }

  readonly #onData = (chunk: Buffer): void => {
    if (this.#settled) return;
    const at = this.#received;
    this.#received += chunk.length;
    if (this.#received > this.#options.maxBytes) {
      this.#fail(new RequestError('BodyTooLarge'));
      return;
    }
    if (this.#whole === undefined) this.#chunks.push(chunk);
    else {
      chunk.copy(this.#whole, at);
      freeBytesSoon(chunk);
    }
    if (this.#received > this.#allowed) this.#askForRoom();
  };

  #askForRoom(): void {
    const { declaredBytes, maxBytes, budgets } = this.#options;
    const small = (declaredBytes ?? this.#received) <= SMALL_BODY_BYTES;
    const budget = small ? budgets.small : budgets.large;
    const bytes = declaredBytes ?? (small ? Math.min(SMALL_BODY_BYTES, maxBytes) : maxBytes);
    this.#allowed = bytes;
    const room = budget.tryTake(bytes, this.#fail);
    if (room !== undefined) {
      this.#takeRoom(room);
      return;
    }
    this.#request.pause();
    budget.take(bytes, this.#fail).then((late) => this.#onRoom(late), this.#fail);
  }

  #takeRoom(room: Room): void {
    this.#rooms.push(room);
    const { declaredBytes = 0 } = this.#options;
    if (this.#settled || declaredBytes <= SMALL_BODY_BYTES) return;
    this.#whole = Buffer.allocUnsafeSlow(declaredBytes);
    let at = 0;
    for (const chunk of this.#chunks) at += chunk.copy(this.#whole, at);
    this.#freeChunks();
  }

  #onRoom(room: Room): void {
    this.#takeRoom(room);
    if (this.#settled) this.#release();
    else this.#request.resume();
  }

  readonly #onEnd = (): void => {
    if (this.#settled) return;
    this.#settle();
    for (const room of this.#rooms) room.keep();
    const bytes = this.#whole ?? this.#joined();
    this.#resolve({
      bytes,
      release: () => {
        freeBytes(bytes);
        this.#release();
      },
    });
  };

  #joined(): Buffer {
    const [only, more] = this.#chunks;
    if (only !== undefined && more === undefined) return only;
    const bytes = Buffer.concat(this.#chunks, this.#received);
    this.#freeChunks();
    return bytes;
  }

  #freeChunks(): void {
    for (const chunk of this.#chunks) freeBytesSoon(chunk);
    this.#chunks.length = 0;
  }

  readonly #onCut = (): void => this.#fail(new RequestError('BodyIncomplete'));

  readonly #fail = (error: unknown): void => {
    if (this.#settled) return;
    this.#settle();
    this.#freeChunks();
    if (this.#whole !== undefined) freeBytes(this.#whole);
    this.#release();
    this.#reject(error);
  };

  #settle(): void {
    this.#settled = true;
    this.#request.off('data', this.#onData);
    this.#request.off('end', this.#onEnd);
    this.#request.off('close', this.#onCut);
    // The listener for errors stays: without one, an error that comes late would end the process.
  }

  #release(): void {
    for (const room of this.#rooms) room.release();
    this.#rooms.length = 0;
  }
}
