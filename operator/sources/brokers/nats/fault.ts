/** Errors of the clients for NATS as reasons why a source cannot be read. */
import { RefusedAddressError } from '../../../verify/guarded-lookup.ts';
import { SourceError } from '../../source-error.ts';
import type { NatsBlock } from './block.ts';
import { addCommand } from './consumer-settings.ts';

type Client = typeof import('../../clients/nats-jetstream.ts');

/** @param what was asked, for the message: `connection`, or a subject. The client's own words may name hosts, so they stay out. */
export function faultOf(error: unknown, what: string, block: NatsBlock, client: Client): SourceError {
  if (error instanceof SourceError) return error;
  const [code, message] = explain(error, what, block, client);
  return new SourceError(code, message, { cause: error });
}

type Kind = abstract new (...args: never[]) => Error;
type Explanation = readonly [SourceError['code'], string];

function explain(error: unknown, what: string, block: NatsBlock, client: Client): Explanation {
  const { stream, consumer } = block;
  const is = (...kinds: readonly Kind[]) =>
    causesOf(error).some((cause) => kinds.some((kind) => cause instanceof kind));
  if (is(client.jserrors.StreamNotFoundError)) {
    const add = `nats stream add ${stream} --subjects <subjects> --defaults`;
    return ['SourceNotFound', `there is no stream ${stream}: make it with: ${add}`];
  }
  if (is(client.jserrors.ConsumerNotFoundError)) {
    return ['SourceNotFound', `stream ${stream} has no consumer ${consumer}: make it with: ${addCommand(block)}`];
  }
  if (is(client.jserrors.JetStreamNotEnabled)) {
    return ['SourceUnsuitable', 'JetStream is not enabled for the account'];
  }
  if (is(client.AuthorizationError, client.UserAuthenticationExpiredError)) {
    return ['AuthenticationFailed', 'NATS refused the credentials'];
  }
  if (is(client.PermissionViolationError)) {
    return ['AccessDenied', `the user lacks the right to publish to ${what}, or to subscribe to _INBOX.>`];
  }
  if (is(RefusedAddressError)) return ['Unreachable', 'the address of a server is link-local, which is refused'];
  const fault = codeOf(error);
  if (/^ERR_SSL_.*ALERT/.test(fault)) return ['AuthenticationFailed', `NATS refused the client certificate: ${fault}`];
  return ['Unreachable', `no answer from NATS (${what})${fault === '' ? '' : `: ${fault}`}`];
}

function codeOf(error: unknown): string {
  const codes = causesOf(error).map(({ code }: Error & { code?: unknown }) => code);
  return String(codes.find((code) => typeof code === 'string' || typeof code === 'number') ?? '');
}

/** The error, what caused it, and so on. */
function causesOf(error: unknown): Error[] {
  return error instanceof Error ? [error, ...causesOf(error.cause)] : [];
}
