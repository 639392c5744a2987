// Asks a server of the control plane whether it is ready.
import { request as httpRequest } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';

const TIMEOUT_MS = 2_000;

/** True when a GET of `url` is answered with 200 within two seconds. Never throws. */
export function answersOk(url: string, tls: Pick<RequestOptions, 'ca' | 'cert' | 'key'> = {}): Promise<boolean> {
  return new Promise((resolve) => {
    const send = url.startsWith('https:') ? httpsRequest : httpRequest;
    const request = send(url, { ...tls, agent: false, timeout: TIMEOUT_MS }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
    request.end();
  });
}
