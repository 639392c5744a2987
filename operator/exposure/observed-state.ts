/** Watches the objects that may lead to the operator, and keeps the URLs found in them. */

import type { Timer } from '../observe/clock.ts';
import { type Concerned, concernedBy } from './concerned.ts';
import type { Deployment, Ingress } from './objects.ts';
import type { EndpointSettings, ObservedObjects } from './observed-objects.ts';
import { type FoundUrls, findUrls } from './urls.ts';
import { createWatches, type OwnKinds, type Watches, type WatchSettings } from './watches.ts';

export interface ObservedState {
  start(): void;
  stop(): Promise<void>;
  /** Undefined until every kind was listed once. */
  readonly found: FoundUrls | undefined;
  /** The operator's own. */
  readonly deployment: Deployment | undefined;
  readonly kinds: OwnKinds;
  /** Resolves when `found` is there. */
  whenKnown(): Promise<void>;
}

export interface ObservedStateOptions extends WatchSettings {
  readonly settings: EndpointSettings;
  onChange(concerned: Concerned): void;
}

interface State {
  readonly options: ObservedStateOptions;
  readonly watches: Watches;
  readonly known: PromiseWithResolvers<void>;
  found: FoundUrls | undefined;
  timer: Timer | undefined;
  settleMs: number;
}

/** Changes within this time are evaluated together. */
const SETTLE_MS = 200;
/** The largest share of the time that evaluating many objects may take. */
const MOST_OF_THE_TIME = 0.1;

export function createObservedState(options: ObservedStateOptions): ObservedState {
  const watches = createWatches({ ...options, namespace: options.settings.namespace, onChange: () => changed(state) });
  const known = Promise.withResolvers<void>();
  const state: State = { options, watches, known, found: undefined, timer: undefined, settleMs: 0 };
  return {
    start: () => watches.start(),
    async stop() {
      state.timer?.cancel();
      await Promise.all(watches.all.map((kind) => kind.stop()));
    },
    get found() {
      return state.found;
    },
    get deployment() {
      return watches.deployments.values()[0];
    },
    kinds: watches.own,
    whenKnown: () => known.promise,
  };
}

function changed(state: State): void {
  state.timer ??= state.options.clock.setTimeout(() => evaluate(state), state.settleMs);
}

function evaluate(state: State): void {
  const { options, watches, found: before } = state;
  const { clock, settings, onChange } = options;
  state.timer = undefined;
  const objects = observedObjects(watches);
  startWhereNeeded(watches, objects);
  if (!watches.all.every(({ isSettled }) => isSettled)) return;
  const begunMs = clock.elapsedMs();
  const found = findUrls(objects, settings);
  state.found = found;
  const concerned = before === undefined ? 'everybody' : concernedBy(before, found);
  state.settleMs = Math.max(SETTLE_MS, (clock.elapsedMs() - begunMs) / MOST_OF_THE_TIME);
  if (before === undefined) state.known.resolve();
  if (concerned === 'everybody' || concerned.paths.size + concerned.receivers.size > 0) onChange(concerned);
}

/** A cluster may have many nodes and Secrets: they are watched from the first object on that needs them. */
function startWhereNeeded({ gateways, nodes, secrets }: Watches, objects: ObservedObjects): void {
  if (objects.httpRoutes.length > 0) gateways.start();
  if (objects.services.some(({ spec }) => spec?.type === 'NodePort')) nodes.start();
  const namesSecret = ({ spec }: Ingress) => (spec?.tls ?? []).some(({ secretName }) => secretName);
  if (objects.ingresses.some(namesSecret)) secrets.start();
}

function observedObjects({ own, gateways, nodes, secrets, deployments }: Watches): ObservedObjects {
  return {
    services: own.Service.values(),
    ingresses: own.Ingress.values(),
    httpRoutes: own.HTTPRoute.values(),
    gateways: gateways.values(),
    nodes: nodes.values(),
    secrets: secrets.isKnown ? new Set(secrets.values().map(({ metadata }) => metadata.name)) : undefined,
    deployment: deployments.values()[0],
  };
}
