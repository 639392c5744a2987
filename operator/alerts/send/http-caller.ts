/**
 * Makes the HTTP calls of one Provider, on connections that are kept, with its TLS settings and through its proxy.
 * It follows no redirect, bounds what it reads, and connects to no link-local address.
 */
import type { Dispatcher } from 'undici';
import { checkWrittenAddress, RefusedAddressError } from '../../verify/guarded-lookup.ts';
import { DeliveryError } from '../delivery-error.ts';
import { AnswerReader, type HttpAnswer } from './answer-reader.ts';
import { noteStatus } from './answer-status.ts';
import { createDispatcher, type HttpCallerOptions } from './create-dispatcher.ts';
import { decodeUserinfo } from './decode-userinfo.ts';

export type { HttpCallerOptions, ProxySettings, TlsSettings } from './create-dispatcher.ts';
export type { HttpAnswer };

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'OPTIONS';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export interface HttpCaller {
  /** @throws DeliveryError where there is no answer. Any status is one. */
  request(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer>;
  close(): Promise<void>;
}

/** Of what makes certificates fail, by Node's and OpenSSL's names; other faults of TLS are those of a connection. */
const CERTIFICATE_FAULT =
  /^(ERR_TLS_CERT|ERR_OSSL_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|INVALID_|PATH_LENGTH)|^ERR_SSL_\w*(CERT|UNKNOWN_CA|WRONG_VERSION)/;
/** Of a request that undici refuses to send. */
const REQUEST_FAULT = /^(UND_ERR_INVALID_ARG|UND_ERR_NOT_SUPPORTED|ERR_INVALID_CHAR|ERR_INVALID_ARG)/;

/** Whether a connection failed, by this code, for its certificates. */
export function isCertificateFault(code: string): boolean {
  return CERTIFICATE_FAULT.test(code);
}

/** What keeps the connections of a caller. */
export interface Connections {
  dispatcher(): Dispatcher;
  /** Requests under way end first. */
  close(): Promise<void>;
}

/** @param connections those that its options ask for; its own when absent. */
export function createHttpCaller(
  options: HttpCallerOptions,
  connections: Connections = createConnections(options),
): HttpCaller {
  /** Of the last request: a type mostly has one URL. */
  let known: Target | undefined;
  return {
    async request(request, signal) {
      try {
        if (known?.url !== request.url) known = targetOf(request.url, options);
        return await call(connections.dispatcher(), { ...request, target: known }, signal);
      } catch (error) {
        throw signal.aborted ? signal.reason : deliveryError(error);
      }
    },
    close: connections.close,
  };
}

function createConnections(options: HttpCallerOptions): Connections {
  let dispatcher: Dispatcher | undefined;
  return {
    dispatcher() {
      dispatcher ??= createDispatcher(options);
      return dispatcher;
    },
    async close() {
      await dispatcher?.close();
    },
  };
}

/** What a URL comes to. */
interface Target {
  readonly url: URL;
  readonly origin: string;
  readonly path: string;
  /** The header for the user and password in the address, which are sent as Go sends them. */
  readonly authorization: string | undefined;
}

/** @throws RefusedAddressError, DeliveryError */
function targetOf(url: URL, { allowLinkLocal, proxy }: HttpCallerOptions): Target {
  if (!allowLinkLocal) for (const each of [url, proxy?.url ?? url]) checkWrittenAddress(each);
  const { origin, pathname, search, username, password } = url;
  const login = `${decodeUserinfo(username)}:${decodeUserinfo(password)}`;
  const authorization = login === ':' ? undefined : `Basic ${Buffer.from(login).toString('base64')}`;
  return { url, origin, path: pathname + search, authorization };
}

/** On undici's own handler interface: the streams and promises of its `request` cost more than the rest of a delivery. */
function call(
  dispatcher: Dispatcher,
  { method, target, headers = {}, body }: Omit<HttpRequest, 'url'> & { readonly target: Target },
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const { origin, path } = target;
  const own = withCredentials(target, headers);
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | undefined;
    const giveUp = (): void => {
      reject(signal.reason);
      controller?.abort(signal.reason);
    };
    signal.addEventListener('abort', giveUp);
    const answer = new AnswerReader();
    const fields = { 'User-Agent': 'sluice', ...own };
    dispatcher.dispatch(
      { origin, path, method, headers: fields, body: body ?? null },
      {
        onRequestStart(started) {
          controller = started;
          // It was given up before there was a connection.
          if (signal.aborted) started.abort(signal.reason);
        },
        onResponseStart(_controller, status, fields) {
          noteStatus(signal, status);
          answer.begin(status, fields);
        },
        onResponseData: (running, chunk) => answer.add(running, chunk),
        onResponseEnd() {
          signal.removeEventListener('abort', giveUp);
          resolve(answer.whole());
        },
        onResponseError(_controller, error) {
          signal.removeEventListener('abort', giveUp);
          reject(error);
        },
      },
    );
  });
}

function withCredentials({ authorization }: Target, headers: Readonly<Record<string, string>>) {
  if (authorization === undefined) return headers;
  if (Object.keys(headers).some((name) => name.toLowerCase() === 'authorization')) return headers;
  return { ...headers, authorization };
}

/** Addresses stay out of the message: they may be secret. */
function deliveryError(error: unknown): DeliveryError {
  if (error instanceof DeliveryError) return error;
  if (error instanceof RefusedAddressError) return refusedAddress(error);
  const code = codeOf(error);
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof RefusedAddressError) return refusedAddress(cause);
  if (isCertificateFault(code)) {
    return new DeliveryError('final', `failed to execute request: certificate refused: ${code}`);
  }
  if (REQUEST_FAULT.test(code))
    return new DeliveryError('final', 'failed to execute request: invalid header field value');
  return new DeliveryError('passing', `failed to execute request: connection failed: ${code}`);
}

function refusedAddress(cause: Error): DeliveryError {
  const message = 'failed to execute request: the address is link-local, which --alert-allow-link-local would allow';
  return new DeliveryError('final', message, { cause });
}

function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return code ?? 'no answer';
}
