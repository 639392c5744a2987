/** Has a library's requests made as every other of the Provider: with its TLS settings and proxy, and bounded. */
import type { HttpCaller, HttpRequest } from '../send/http-caller.ts';

const TIMEOUT_MS = 15_000;

/** A `fetch` for requests with texts. */
export function fetchBy(http: HttpCaller): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const body = await request.text();
    const method = request.method as HttpRequest['method'];
    const answer = await http.request(
      {
        method,
        url: new URL(request.url),
        headers: Object.fromEntries(request.headers),
        ...(body === '' ? {} : { body }),
      },
      AbortSignal.timeout(TIMEOUT_MS),
    );
    const headers = Object.entries(answer.headers).filter((each): each is [string, string] => each[1] !== undefined);
    return new Response(answer.text, { status: answer.status, headers });
  };
}
