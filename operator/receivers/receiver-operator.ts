/**
 * The operator: watches Receivers, keeps their routes and statuses true, and owns all that a webhook needs on its way.
 */
import { hostname } from 'node:os';
import { GROUP, RECEIVER_API_VERSION, RECEIVER_PLURAL, type Receiver, VERSION } from '../api/receiver.ts';
import { createKubeClient } from '../kube/client.ts';
import { createDiscovery } from '../kube/discovery.ts';
import { createEventRecorder, type EventRecorder } from '../kube/events.ts';
import type { KubeClient, ResourceType } from '../kube/kube-client.ts';
import { OperatorBase, type ResourceEvent } from '../kube/operator-base.ts';
import { createSecrets, type Secrets } from '../kube/secrets.ts';
import type { Logger } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { WebhookType } from '../webhooks/webhook-type.ts';
import { createAnnotator } from './annotator.ts';
import { type Controller, createController } from './controller.ts';
import { createDeliverer, type Deliverer } from './deliver.ts';
import { createPending, type Pending } from './pending.ts';
import { createRouteTable } from './routes.ts';
import { createTargets, type Targets } from './targets.ts';

const RECEIVER_TYPE: ResourceType = { apiVersion: RECEIVER_API_VERSION, plural: RECEIVER_PLURAL, namespaced: true };
/** What pending questions may hold of their webhooks' bodies. */
const MAX_PENDING_BYTES = 32 * 1024 * 1024;

export interface ReceiverOperatorOptions {
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly types: ReadonlyMap<string, WebhookType>;
  /** Undefined: all namespaces. */
  readonly namespace: string | undefined;
  /** Which Secrets are watched; undefined: all but Helm's. */
  readonly secretLabelSelector: string | undefined;
  readonly sameNamespaceOnly: boolean;
  readonly maxPending: number;
  /** Whether it writes statuses before anybody has elected it. */
  readonly leadsFromTheStart: boolean;
  readonly queue: { readonly concurrent: number; readonly minRetryDelayMs: number; readonly maxRetryDelayMs: number };
  readonly kubeApi: { readonly qps: number; readonly burst: number };
  /** Called after each reconcile. */
  readonly observeReconcile: (receiver: { namespace: string; name: string }, seconds: number) => void;
}

function keyOf({ namespace, name }: { namespace?: string; name: string }): string {
  return `${namespace}/${name}`;
}

export class ReceiverOperator extends OperatorBase {
  readonly deliverer: Deliverer;
  readonly #options: ReceiverOperatorOptions;
  readonly #controller: Controller;
  readonly #secrets: Secrets;
  readonly #targets: Targets;
  readonly #pending: Pending;
  readonly #events: EventRecorder;
  /** Receivers of the first list that have not been looked at yet; undefined until that list is there. */
  #unseen: Set<string> | undefined;
  #leads: boolean;

  constructor(options: ReceiverOperatorOptions) {
    super({
      log: options.log,
      queue: options.queue,
      metrics: options.metrics.workQueue('receiver'),
      createClient: (kubeConfig) => createKubeClient(kubeConfig, { ...options.kubeApi, log: options.log, metrics }),
    });
    const { metrics, log } = options;
  }
}
