/** A small operator on the base class, with its protected parts in reach. */
import { pino } from 'pino';
import type { ResourceType } from '../../operator/kube/kube-client.ts';
import { type OnEvent, OperatorBase } from '../../operator/kube/operator-base.ts';
import { createKubeClient } from '../../operator/kube/transport/client.ts';
import type { WatchedResource } from '../../operator/kube/watch/watched-resource.ts';

const log = pino({ level: 'silent' });

export interface ProbeOptions {
  readonly concurrent?: number;
  readonly init: (probe: ProbeOperator) => Promise<void>;
}

/** Talks to the cluster of `KUBECONFIG`, as every operator. */
export class ProbeOperator extends OperatorBase {
  readonly #init: ProbeOptions['init'];

  constructor({ init, concurrent = 4 }: ProbeOptions) {
    super({
      log,
      queue: { concurrent, minRetryDelayMs: 10, maxRetryDelayMs: 50 },
      createClient: (config) => createKubeClient(config, { log, qps: 1000, burst: 1000 }),
    });
    this.#init = init;
  }

  protected override init(): Promise<void> {
    return this.#init(this);
  }

  watch(group: string, version: string, plural: string, onEvent: OnEvent, namespace?: string): Promise<void> {
    return this.watchResource(group, version, plural, onEvent, namespace);
  }

  of = (type: ResourceType): WatchedResource => this.watched(type);
}
