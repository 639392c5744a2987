/** Has the bodies of messages kept for a BrokerReceiver that wants it, without what its Secret holds. */
import type { BrokerReceiver } from '../api/broker-receiver/broker-receiver.ts';
import { bodiesToKeep } from '../deliveries/bodies/bodies-to-keep.ts';
import { copyBody, type KeptBodies } from '../deliveries/bodies/kept-bodies.ts';
import type { DeliveryRecord } from '../deliveries/records/record.ts';
import type { Message, SecretData } from './source.ts';

export interface KeepMessageOptions {
  readonly bodies: Pick<KeptBodies, 'keep'>;
  readonly object: BrokerReceiver;
  /** Undefined: there is no such Secret. */
  readonly secret: (namespace: string, name: string) => Promise<SecretData | undefined>;
}

/** Undefined: none is wanted. */
export function createKeepMessage(
  options: KeepMessageOptions,
): ((record: DeliveryRecord, message: Pick<Message, 'body' | 'attributes'>) => void) | undefined {
  const { bodies, object } = options;
  const wanted = bodiesToKeep(object.spec.deliveries, undefined);
  if (wanted === undefined) return undefined;
  return (record, { body, attributes }) => {
    const copy = copyBody(body, contentTypeOf(attributes), wanted);
    if (copy === undefined || copy === 'TooLarge') bodies.keep(record, copy);
    else {
      const kept = (secret: SecretData | undefined) => bodiesToKeep(object.spec.deliveries, secret) ?? wanted;
      // What cannot be held against the Secret is not kept.
      readSecret(options).then((secret) => bodies.keep(record, { ...copy, wanted: kept(secret) }), ignore);
    }
  };
}

function ignore(): void {}

async function readSecret({ object, secret }: KeepMessageOptions): Promise<SecretData | undefined> {
  const name = object.spec.secretRef?.name;
  return name === undefined ? undefined : await secret(object.metadata.namespace, name);
}

function contentTypeOf(attributes: Message['attributes']): string | undefined {
  return Object.entries(attributes).find(([name]) => name.toLowerCase() === 'content-type')?.[1];
}
