/**
 * One HTTP exchange on a connection of a pool. On undici's own handler interface: the streams, signals and promises of
 * its `request` cost more than the rest of a PATCH.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { ConnectionError } from '../api-error.ts';
import type { Deadline } from './deadline.ts';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** The most that is taken of one answer: some pages of the largest objects that an API server stores. */
const MAX_BYTES = 256 * 1024 * 1024;
const FIRST_FINAL_STATUS = 200;

/**
 * @throws the deadline's reason; ConnectionError for an answer that is too large; undici's and Node's errors of a
 * connection that cannot be made or that broke.
 */
export function send(
  dispatcher: Dispatcher,
  request: Dispatcher.DispatchOptions,
  deadline: Deadline,
  maxBytes = MAX_BYTES,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    if (deadline.over !== undefined) return reject(deadline.over);
    let controller: Dispatcher.DispatchController | undefined;
    deadline.onOver = (reason) => {
      reject(reason);
      controller?.abort(reason);
    };
    let status = 0;
    let headers: IncomingHttpHeaders = {};
    let bytes = 0;
    const chunks: Buffer[] = [];
    dispatcher.dispatch(request, {
      onRequestStart(started) {
        controller = started;
        // The deadline passed before the pool sent the request.
        if (deadline.over !== undefined) started.abort(deadline.over);
      },
      onResponseStart(_controller, code, fields) {
        if (code < FIRST_FINAL_STATUS) return;
        status = code;
        headers = fields;
      },
      onResponseData(running, chunk) {
        bytes += chunk.length;
        if (bytes > maxBytes) running.abort(new ConnectionError(`an answer is larger than ${maxBytes} bytes`));
        else chunks.push(chunk);
      },
      onResponseEnd() {
        const [first] = chunks;
        const body = chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks, bytes);
        resolve({ status, headers, body });
      },
      onResponseError: (_controller, error) => reject(error),
    });
  });
}
