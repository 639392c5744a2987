import { Counter, type Registry } from 'prom-client';

/** Of replays, by the verdict that each ended with when it was answered. */
export function createReplayMetrics(registry: Registry): Counter<'verdict'> {
  return new Counter({
    name: 'sluice_replays_total',
    help: 'Deliveries that were replayed from their kept body, by the verdict of the replay',
    labelNames: ['verdict'],
    registers: [registry],
  });
}
