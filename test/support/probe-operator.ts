/** A small operator on the base class, with its protected parts in reach. */
import { pino } from 'pino';
import {
  type OnEvent,
  OperatorBase,
  type ResourceEvent,
  type ResourceMeta,
} from '../../operator/kube/operator-base.ts';
import { createKubeClient } from '../../operator/kube/transport/client.ts';

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

  handledAll = (): boolean => this.hasHandledAll();
  keys = (plural: string): string[] => [...this.watchedKeys(plural)];
  again = (plural: string, key: string): void => this.enqueue(plural, key);
  uri = (group: string, version: string, plural: string, namespace?: string): string =>
    this.getCustomResourceApiUri(group, version, plural, namespace);
  setStatus = (meta: ResourceMeta, status: unknown): Promise<ResourceMeta> => this.setResourceStatus(meta, status);
  patchStatus = (meta: ResourceMeta, status: unknown): Promise<ResourceMeta> => this.patchResourceStatus(meta, status);
  finalize = (event: ResourceEvent, finalizer: string, action: () => Promise<void>): Promise<boolean> =>
    this.handleResourceFinalizer(event, finalizer, action);
  registerCrd = (): Promise<unknown> => this.registerCustomResourceDefinition();
  axiosAuth = (): Promise<unknown> => this.applyAxiosKubeConfigAuth();
  gaxiosAuth = (): Promise<unknown> => this.applyGaxiosKubeConfigAuth();
}
