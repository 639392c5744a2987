/** Explains a delivery whose body a running operator keeps. */
import type { Explanation } from '../deliveries/explain/explanation.ts';
import { connect, type ServerFlags } from './api-client.ts';
import type { CommandContext } from './command.ts';
import type { NamedObject } from './words.ts';

export interface DeliveryToExplain {
  /** The Receiver. */
  readonly object: NamedObject;
  /** Of the delivery. */
  readonly id: string;
  readonly server: ServerFlags;
}

/** @throws CommandError */
export function explainDelivery(
  { object: { namespace, name }, id, server }: DeliveryToExplain,
  env: CommandContext['env'],
): Promise<Explanation> {
  return connect(server, env).post<Explanation>(`/receivers/${namespace}/${name}/explain`, { delivery: id });
}
