/** Errors of the client for AMQP as reasons why a queue cannot be read. */
import { RefusedAddressError } from '../../../verify/guarded-lookup.ts';
import { SourceError } from '../../source-error.ts';
import { DEFAULT_VHOST, type RabbitMqBlock } from './block.ts';

type Explanation = readonly [SourceError['code'], string];

/** AMQP's own codes. */
const ACCESS_REFUSED = 403;
const NOT_FOUND = 404;
const RESOURCE_LOCKED = 405;
const NOT_ALLOWED = 530;

/** @param phase a refusal while the connection is made is about who asks, later about what was asked for. */
export function faultOf(error: unknown, phase: 'connecting' | 'reading', block: RabbitMqBlock): SourceError {
  if (error instanceof SourceError) return error;
  const [code, message] = explain(error, phase, block);
  return new SourceError(code, message, { cause: error });
}

function explain(error: unknown, phase: 'connecting' | 'reading', block: RabbitMqBlock): Explanation {
  const { queue, vhost = DEFAULT_VHOST } = block;
  if (error instanceof RefusedAddressError) return ['Unreachable', 'the address is link-local, which is refused'];
  const code = replyCodeOf(error);
  if (code === ACCESS_REFUSED && phase === 'connecting')
    return ['AuthenticationFailed', 'RabbitMQ refused the credentials'];
  if (code === ACCESS_REFUSED)
    return ['AccessDenied', `the user lacks the right to read queue ${queue} of vhost ${vhost}`];
  if (code === NOT_FOUND) return ['SourceNotFound', missing(queue, vhost)];
  if (code === RESOURCE_LOCKED) return ['SourceUnsuitable', `queue ${queue} belongs to another connection alone`];
  if (code === NOT_ALLOWED) {
    return ['AccessDenied', `RabbitMQ refused vhost ${vhost}: it does not exist, or the user has no rights in it`];
  }
  const fault = code === undefined ? systemCodeOf(error) : String(code);
  if (/^ERR_SSL_.*ALERT/.test(fault))
    return ['AuthenticationFailed', `RabbitMQ refused the client certificate: ${fault}`];
  return ['Unreachable', `no answer from RabbitMQ${fault === '' ? '' : `: ${fault}`}`];
}

/** That a queue is not there, and what makes it. */
export function missing(queue: string, vhost: string): string {
  const add = `rabbitmqadmin --vhost=${vhost} declare queue name=${queue} durable=true`;
  return `vhost ${vhost} has no queue ${queue}: make it with: ${add}`;
}

/** AMQP's code for why the server closed: while it connects, the client has that in its message, or not at all. */
function replyCodeOf(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code } = error as { code?: unknown };
  if (typeof code === 'number') return code;
  if (/^Expected ConnectionOpenOk; got <ConnectionClose/.test(error.message)) return NOT_ALLOWED;
  const [, found] = /terminated by server: (\d{3})\b/.exec(error.message) ?? [];
  return found === undefined ? undefined : Number(found);
}

function systemCodeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  const { code } = error as NodeJS.ErrnoException;
  if (typeof code === 'string') return code;
  const [nested] = error instanceof AggregateError ? error.errors : [error.cause];
  return systemCodeOf(nested);
}
