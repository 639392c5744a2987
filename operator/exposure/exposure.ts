/** The ways in of every Receiver: found, followed, and told to whoever writes statuses. */
import type { Receiver } from '../api/receiver.ts';
import type { KubeClient } from '../kube/kube-client.ts';
import type { Logger } from '../observe/log.ts';
import { type Concerned, createLiveDoors } from './landscape.ts';
import type { DoorSettings } from './objects.ts';
import { createPacedKeys } from './paced-keys.ts';
import { type Exposed, urlsAt } from './urls.ts';

export interface Exposure {
  start(): void;
  stop(): Promise<void>;
  /** Done when all that may lead here was looked at once. */
  whenKnown(): Promise<void>;
  /** @param path undefined: it has none. @returns undefined before all that may lead here was looked at once. */
  look(receiver: Receiver, path: string | undefined): Exposed | undefined;
}

export interface ExposureSettings {
  readonly doors: DoorSettings;
  /** Name of the operator's own Deployment. */
  readonly deployment: string;
}

export interface ExposureOptions {
  readonly client: KubeClient;
  readonly settings: ExposureSettings;
  readonly log: Logger;
  /** `namespace/name` of every Receiver. */
  receivers(): Iterable<string>;
  /** Who is served at a path. */
  receiverAt(path: string): string | undefined;
  /** What `look` says of a Receiver may be another thing now. */
  onStale(key: string): void;
}

/** 250 Receivers a second at most, so that ten thousand are no storm of writes. */
const PACE = { batch: 25, everyMs: 100 };

export function createExposure(options: ExposureOptions): Exposure {
  const { client, settings, log, receivers, receiverAt, onStale } = options;
  const stale = createPacedKeys({ ...PACE, onKey: onStale });
  const live = createLiveDoors({
    client,
    settings: settings.doors,
    deployment: settings.deployment,
    log,
    onChange: (concerned) => stale.add(keysOf(concerned)),
    onObject: () => undefined,
  });

  function* keysOf(concerned: Concerned): Iterable<string> {
    if (concerned === 'everybody') {
      yield* receivers();
      return;
    }
    yield* concerned.receivers;
    for (const path of concerned.paths) {
      const key = receiverAt(path);
      if (key !== undefined) yield key;
    }
  }

  return {
    start: () => live.start(),
    async stop() {
      stale.stop();
      await live.stop();
    },
    whenKnown: () => live.whenKnown(),
    look({ metadata }, path) {
      const { doors } = live;
      if (doors === undefined) return undefined;
      const key = `${metadata.namespace}/${metadata.name}`;
      return { urls: path === undefined ? [] : urlsAt(doors, { key, path }), unmet: undefined };
    },
  };
}
