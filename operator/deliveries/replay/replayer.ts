/** Replays deliveries from their kept bodies, each Receiver's at a limited rate, and says on the Receiver who did it. */
import { RECEIVER_API_VERSION, RECEIVER_KIND, type Receiver } from '../../api/receiver/receiver.ts';
import type { EventRecorder } from '../../kube/events/events.ts';
import { regarding } from '../../kube/events/regarding.ts';
import type { Clock } from '../../observe/clock.ts';
import type { ProvedRequest, WebhookType } from '../../webhooks/webhook-type.ts';
import { keptRequest } from '../explain/kept-request.ts';
import type { HeldDelivery } from '../records/held-delivery.ts';
import type { BodyContent, DeliveryRecord, Verdict } from '../records/record.ts';
import { createRateLimit } from './rate-limit.ts';

export type Replay =
  | { readonly record: DeliveryRecord }
  /** No records are kept. */
  | { readonly refused: 'NoRecord' }
  /** The Receiver's deliveries are replayed too often. */
  | { readonly refused: 'TooOften'; readonly retryAfterSeconds: number };

/** A delivery whose body is kept, of any replica. */
export interface DeliveryToReplay extends HeldDelivery {
  readonly body: BodyContent;
}

export interface Replayer {
  /** @param user who asks for it. */
  replay(receiver: Receiver, delivery: DeliveryToReplay, user: string): Promise<Replay>;
}

export interface ReplayerOptions {
  readonly types: ReadonlyMap<string, WebhookType>;
  /** Undefined: no records are kept. Never throws. */
  readonly replay: (delivery: HeldDelivery, proved: ProvedRequest) => Promise<DeliveryRecord | undefined>;
  readonly events: Pick<EventRecorder, 'record'>;
  readonly clock: Pick<Clock, 'elapsedMs'>;
  readonly onReplayed: (verdict: Verdict) => void;
}

const PER_MINUTE = 60;
const MINUTE_MS = 60_000;
const RECEIVERS = { apiVersion: RECEIVER_API_VERSION, kind: RECEIVER_KIND };

export function createReplayer(options: ReplayerOptions): Replayer {
  const { types, replay, events, clock, onReplayed } = options;
  const limit = createRateLimit({ count: PER_MINUTE, perMs: MINUTE_MS, elapsedMs: clock.elapsedMs });
  return {
    async replay({ metadata, spec }, delivery, user) {
      const waitMs = limit.take(`${metadata.namespace}/${metadata.name}`);
      if (waitMs > 0) return { refused: 'TooOften', retryAfterSeconds: Math.ceil(waitMs / 1_000) };
      const replayed = await replay(delivery, keptRequest(delivery, types.get(spec.type)));
      if (replayed === undefined) return { refused: 'NoRecord' };
      const { verdict, code } = replayed;
      onReplayed(verdict);
      const note = `A delivery was replayed by ${user}: ${verdict}, ${code}`;
      events.record(regarding(RECEIVERS, metadata), { type: 'Normal', reason: 'Replayed', note });
      return { record: replayed };
    },
  };
}
