/** Alerts and Providers on a stage, and loads of events on its operator, each with what it cost. */
import type { KubeObject, ResourceType } from '../../operator/kube/kube-client.ts';
import { resourcePath } from '../../operator/kube/resource-path.ts';
import type { EventJob, EventResult } from '../load/event-job.ts';
import { type EventLoad, startEventLoad } from '../load/run-process.ts';
import { apiCallsOf } from './api-calls.ts';
import { cpuSecondsOf } from './process-facts.ts';
import type { Stage } from './stage.ts';

export interface AlertSetup {
  /** The namespaces that have an Alert and a Provider each. */
  readonly namespaces: readonly string[];
  /** Alerts in each; default 1. */
  readonly alertsEach?: number;
  /** Whether the Provider's address is in a Secret. */
  readonly withSecret?: boolean;
  /** Whether the service never answers. */
  readonly hangs?: boolean;
  /** Whether the Alerts take other objects than those that events are posted of. */
  readonly others?: boolean;
}

export interface AlertMeasured extends EventResult {
  /** CPU of the operator, for each answer. */
  readonly cpuMsEach: number;
  /** Calls to the API server, for each answer. */
  readonly callsEach: number;
}

export interface AlertLoad {
  /** Of the service. */
  readonly port: number;
  /** Measures one job; messages never repeat those of an earlier one. */
  measure(job: Omit<EventJob, 'url' | 'run'>): Promise<AlertMeasured>;
  /** Has one job done by whichever operator there is. */
  run(job: Omit<EventJob, 'url' | 'run'>): Promise<EventResult>;
  /** Takes the objects away. */
  end(): Promise<void>;
}

const API_VERSION = 'notification.toolkit.fluxcd.io/v1beta3';
const type = (plural: string, apiVersion = API_VERSION): ResourceType => ({ apiVersion, plural, namespaced: true });
const ALERTS = type('alerts');
const PROVIDERS = type('providers');
const SECRETS = type('secrets', 'v1');
const NAMESPACES: ResourceType = { apiVersion: 'v1', plural: 'namespaces', namespaced: false };
const UNUSED_PORT = 9;
/** Writes at once. */
const WIDTH = 16;

let runs = 0;

/** Makes the objects alone: Alerts whose service nobody asks. @returns what takes them away. */
export async function makeAlerts(stage: Stage, setup: AlertSetup): Promise<() => Promise<void>> {
  const made = objectsOf(setup, UNUSED_PORT);
  await each(made, ({ resource, object }) => create(stage, resource, object));
  return () => removeAll(stage, made);
}

/** Makes the objects, and is done when an event of each namespace is delivered. */
export async function startAlertLoad(stage: Stage, setup: AlertSetup): Promise<AlertLoad> {
  const load = await startEventLoad();
  const made = objectsOf(setup, load.port);
  await each(made, ({ resource, object }) => create(stage, resource, object));
  const measure: AlertLoad['measure'] = (job) => measureOnce(stage, load, job);
  const warmUp = { namespaces: setup.namespaces, objects: 1, connections: 4, perSecond: 200, seconds: 2 };
  const deliveriesEach = setup.others === true || setup.hangs === true ? 0 : (setup.alertsEach ?? 1);
  while ((await measure({ ...warmUp, deliveriesEach })).lost > 0);
  return {
    port: load.port,
    measure,
    run: (job) => runOnce(stage, load, job),
    async end() {
      load.end();
      await removeAll(stage, made);
    },
  };
}

interface Made {
  readonly resource: ResourceType;
  readonly object: KubeObject & Readonly<Record<string, unknown>>;
}

function objectsOf(
  { namespaces, alertsEach = 1, withSecret = false, hangs = false, others = false }: AlertSetup,
  port: number,
): Made[] {
  const address = `http://127.0.0.1:${port}/${hangs ? 'hangs' : 'hook'}`;
  const spec = { type: 'generic', ...(withSecret ? { secretRef: { name: 'hook' } } : { address }) };
  const eventSources = [{ kind: others ? 'GitRepository' : 'Kustomization', name: '*' }];
  return namespaces.flatMap((namespace): Made[] => [
    { resource: NAMESPACES, object: { metadata: { name: namespace } } },
    { resource: SECRETS, object: { metadata: { namespace, name: 'hook' }, stringData: { address } } },
    { resource: PROVIDERS, object: { metadata: { namespace, name: 'hook' }, spec } },
    ...Array.from({ length: alertsEach }, (_, index) => ({
      resource: ALERTS,
      object: {
        metadata: { namespace, name: `alert-${index}` },
        spec: { providerRef: { name: 'hook' }, eventSources },
      },
    })),
  ]);
}

/** Those of a namespace in their order; what is there already is as it should be. */
async function create({ client }: Stage, resource: ResourceType, object: Made['object']): Promise<void> {
  const { namespace } = object.metadata;
  const path = resourcePath(resource, namespace === undefined ? {} : { namespace });
  const kind = { namespaces: 'Namespace', secrets: 'Secret', providers: 'Provider', alerts: 'Alert' }[resource.plural];
  const body = { apiVersion: resource.apiVersion, kind, ...object };
  await client.request({ method: 'POST', path, body }).catch((error: unknown) => {
    if ((error as { reason?: string }).reason !== 'AlreadyExists') throw error;
  });
}

function removeAll(stage: Stage, made: readonly Made[]): Promise<void> {
  const objects = made.filter(({ resource }) => resource.namespaced);
  return each(objects, ({ resource, object }) => remove(stage, resource, object));
}

async function remove({ client }: Stage, resource: ResourceType, { metadata }: Made['object']): Promise<void> {
  const { namespace = '', name } = metadata;
  await client.request({ method: 'DELETE', path: resourcePath(resource, { namespace, name }) });
}

/** First all of the first kind, so that nothing is made before what it needs. */
async function each(made: readonly Made[], write: (one: Made) => Promise<void>): Promise<void> {
  for (const group of Map.groupBy(made, ({ resource }) => resource).values()) {
    const rest = [...group];
    const line = async (): Promise<void> => {
      for (let one = rest.pop(); one !== undefined; one = rest.pop()) await write(one);
    };
    await Promise.all(Array.from({ length: WIDTH }, line));
  }
}

async function measureOnce(stage: Stage, load: EventLoad, job: Omit<EventJob, 'url' | 'run'>): Promise<AlertMeasured> {
  const { operator } = stage;
  const [cpu, calls] = [cpuSecondsOf(operator.pid), await callsOf(stage)];
  const result = await runOnce(stage, load, job);
  const answers = Object.values(result.statuses).reduce((sum, count) => sum + count, 0);
  return {
    ...result,
    cpuMsEach: ((cpuSecondsOf(operator.pid) - cpu) * 1_000) / answers,
    callsEach: ((await callsOf(stage)) - calls) / answers,
  };
}

function runOnce({ operator }: Stage, load: EventLoad, job: Omit<EventJob, 'url' | 'run'>): Promise<EventResult> {
  runs += 1;
  return load.run({ ...job, url: operator.eventsUrl, run: `run-${runs}` });
}

/** Renewals of the Lease are PUTs, and no event's doing. */
async function callsOf({ operator }: Stage): Promise<number> {
  const { PUT: _renewals, ...calls } = await apiCallsOf(operator.metricsUrl);
  return Object.values(calls).reduce((sum, count) => sum + count, 0);
}
