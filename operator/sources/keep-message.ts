/** Has the bodies of messages kept for a BrokerReceiver that wants it, without what its Secret holds. */
import type { BrokerReceiver } from '../api/broker-receiver/broker-receiver.ts';
import type { Receiver } from '../api/receiver/receiver.ts';
import { bodiesToKeep } from '../deliveries/bodies/bodies-to-keep.ts';
import { copyBody } from '../deliveries/bodies/copy-body.ts';
import type { KeptBodies } from '../deliveries/bodies/kept-bodies.ts';
import type { DeliveryRecord } from '../deliveries/records/record.ts';
import { carriedWebhook } from './carried-webhook.ts';
import { unwrap } from './envelopes/unwrap.ts';
import type { Message, SecretData, SourceType } from './source.ts';

export interface KeepMessageOptions {
  readonly bodies: Pick<KeptBodies, 'keep'>;
  readonly object: BrokerReceiver;
  /** Undefined: there is no such Secret. */
  readonly secret: (namespace: string, name: string) => Promise<SecretData | undefined>;
  /** The Receiver (`namespace/name`) that judges messages; undefined: it is not there. */
  readonly receiver: (key: string) => Pick<Receiver, 'spec'> | undefined;
}

type Carried = Pick<Message, 'body' | 'attributes' | 'sentAtMs'>;

interface Payload {
  readonly body: Buffer;
  readonly contentType: string | undefined;
}

/** Undefined: none is wanted. */
export function createKeepMessage(
  options: KeepMessageOptions,
): ((record: DeliveryRecord, message: Carried) => void) | undefined {
  const { bodies, object } = options;
  const wanted = bodiesToKeep(object.spec.deliveries, undefined);
  if (wanted === undefined) return undefined;
  return (record, message) => {
    const payload = readPayload(object, message);
    const copy = payload && copyBody(payload.body, payload.contentType, wanted);
    if (copy === undefined || copy === 'TooLarge') bodies.keep(record, copy);
    else {
      // What cannot be held against a Secret is not kept.
      readSecrets(options).then(
        (secrets) => bodies.keep(record, { ...copy, wanted: { count: wanted.count, secrets } }),
        ignore,
      );
    }
  };
}

function readPayload(object: BrokerReceiver, message: Carried): Payload | undefined {
  try {
    return payloadOf(object, message);
  } catch {
    // It was read with a proof, and cannot be without.
    return undefined;
  }
}

/** Never an envelope: those of webhooks have all headers of their senders, others have signatures. */
function payloadOf({ spec }: BrokerReceiver, message: Carried): Payload | undefined {
  if (spec.receiverRef != null) {
    const { headers, body } = carriedWebhook(message);
    return { body, contentType: headers['content-type'] };
  }
  const { body, attributes } = message;
  const events = unwrap({ body, attributes, broker: spec.type as SourceType['name'], format: spec.format ?? 'auto' });
  const seen = events.flatMap(({ isObject, handshake, req }) => (isObject && handshake === undefined ? [req] : []));
  if (seen.length === 0) return undefined;
  return { body: Buffer.from(JSON.stringify(seen.length === 1 ? seen[0] : seen)), contentType: 'application/json' };
}

function ignore(): void {}

/** The values of its Secret, and of that of the Receiver whose webhooks it reads. */
async function readSecrets({ object, secret, receiver }: KeepMessageOptions): Promise<readonly string[]> {
  const { spec, metadata } = object;
  const { namespace } = metadata;
  const judge = spec.receiverRef == null ? undefined : receiver(`${namespace}/${spec.receiverRef.name}`);
  const names = [spec.secretRef?.name, judge?.spec.secretRef?.name].filter((name) => name !== undefined);
  const found = await Promise.all(names.map((name) => secret(namespace, name)));
  return found.flatMap((data) => bodiesToKeep(spec.deliveries, data)?.secrets ?? []);
}
