import type { FluxEvent } from '../flux-event.ts';

/** When the event was; undefined where it does not say, so that a service takes the time at which it gets it. */
export function unixSeconds({ timestamp }: FluxEvent): number | undefined {
  return timestamp === null ? undefined : Math.floor(Date.parse(timestamp) / 1_000);
}
