/** `GET /internal/v1/hours`: how many came to a replica for each object in each of the last 24 hours. */
import type { Clock } from '../../observe/clock.ts';
import type { Journal } from '../records/journal.ts';
import type { ObjectRef } from '../records/record.ts';
import { parseObject, printObject } from './peer-query.ts';
import { itemsOf, type PeerIdentity, type PeerRoute } from './peer-route.ts';

export interface HoursQuestion {
  /** Undefined: of all. */
  readonly object?: ObjectRef | undefined;
}

export interface HoursAnswer extends PeerIdentity {
  readonly items: readonly ObjectHours[];
}

export interface ObjectHours {
  readonly object: ObjectRef;
  /** Those in which something came. */
  readonly hours: readonly CountedHour[];
}

export interface CountedHour {
  /** In hours since 1970. */
  readonly hour: number;
  readonly accepted: number;
  readonly refused: number;
}

export interface HoursRouteOptions {
  readonly journal: Pick<Journal, 'hoursOf' | 'objects'>;
  readonly identity: PeerIdentity;
  readonly clock: Pick<Clock, 'now'>;
}

const HOUR_MS = 3_600_000;

export function hoursRoute({ journal, identity, clock }: HoursRouteOptions): PeerRoute<HoursQuestion, HoursAnswer> {
  return {
    path: '/internal/v1/hours',
    print: ({ object }) =>
      object === undefined ? '' : new URLSearchParams({ object: printObject(object) }).toString(),
    parse(query) {
      const written = query.get('object');
      const object = parseObject(written);
      return written !== null && object === undefined ? undefined : { object };
    },
    answer({ object }) {
      const thisHour = Math.floor(clock.now() / HOUR_MS);
      const objects = object === undefined ? journal.objects() : [object];
      return {
        ...identity,
        items: objects.map((each) => ({ object: each, hours: countedHours(journal, each, thisHour) })),
      };
    },
    read: (answer) => ({ items: itemsOf(answer, isObjectHours) }),
  };
}

function countedHours(journal: Pick<Journal, 'hoursOf'>, object: ObjectRef, thisHour: number): CountedHour[] {
  const hours = journal.hoursOf(object) ?? [];
  const counted = hours.map((counts, index) => ({ hour: thisHour - hours.length + 1 + index, ...counts }));
  return counted.filter(({ accepted, refused }) => accepted > 0 || refused > 0);
}

function isObjectHours(value: unknown): value is ObjectHours {
  const { object, hours } = (value ?? {}) as Partial<ObjectHours>;
  const { kind, namespace, name } = object ?? {};
  const isNamed = [kind, namespace, name].every((text) => typeof text === 'string');
  return isNamed && Array.isArray(hours) && hours.every(isCountedHour);
}

function isCountedHour(value: unknown): value is CountedHour {
  const { hour, accepted, refused } = (value ?? {}) as Partial<CountedHour>;
  return [hour, accepted, refused].every((count) => Number.isSafeInteger(count));
}
