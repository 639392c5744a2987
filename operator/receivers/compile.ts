/**
 * From a Receiver and its Secret to what serves its webhooks. Pure: it asks nobody, and the same input gives the same
 * route.
 */

import { type Program, sharedProgram } from '../../cel/cel.ts';
import { ReceiverError } from '../api/errors.ts';
import { defaultApiVersion } from '../api/flux-kinds.ts';
import type { Receiver, ResourceReference } from '../api/receiver/receiver.ts';
import { validateReceiver } from '../api/receiver/validate-receiver.ts';
import { pathSegmentFault } from '../kube/path-segment.ts';
import type { SecretData, WebhookType } from '../webhooks/webhook-type.ts';
import type { Route, RouteIdentity, Serving, TargetEntry } from './routes.ts';
import { webhookPath } from './webhook-path.ts';

/** As cel-go sees Flux's declaration of `req`, `res` and `claims`. */
const JSON_OBJECT = 'map(string, dyn)';

const NO_TOKEN = Buffer.alloc(0);

/** The part of the compiled form that the Secret has no say in, so that a rotation need not make it again. */
export interface CompiledSpec {
  readonly type: WebhookType;
  readonly events: ReadonlySet<string> | undefined;
  readonly filter: Program | undefined;
  readonly entries: readonly TargetEntry[];
}

function celProgram(
  expression: string | undefined,
  variables: Readonly<Record<string, string>>,
  where: string,
): Program | undefined {
  if (expression === undefined || expression === '') return undefined;
  try {
    return sharedProgram(expression, { variables, result: 'bool' });
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new ReceiverError('InvalidCELExpression', `${where}: ${cause}`, { cause: error });
  }
}

function readsMetadata(...programs: readonly (Program | undefined)[]): boolean {
  return programs.some((program) => program?.reads.has('res') === true);
}

/** Why an entry can mean no object, in words that name the field; the Receiver serves its other entries all the same. */
function faultOf(entry: ResourceReference, field: string): string | undefined {
  const { apiVersion, kind, name, namespace, matchLabels } = entry;
  const ofName = pathSegmentFault(name);
  if (ofName !== undefined) return `${field}.name ${JSON.stringify(name)} ${ofName}`;
  const ofNamespace = namespace ? pathSegmentFault(namespace) : undefined;
  if (ofNamespace !== undefined) return `${field}.namespace ${JSON.stringify(namespace)} ${ofNamespace}`;
  // Absent and empty differ: as everywhere in Kubernetes, an empty selector selects every object.
  if (name === '*' && matchLabels === undefined) {
    return `${field}: name '*' needs matchLabels; {} selects every ${kind} of the namespace`;
  }
  if (!apiVersion && defaultApiVersion(kind) === undefined) {
    return `${field}.apiVersion is required for kind ${kind}, which has no default`;
  }
  return undefined;
}

function compileEntry(
  entry: ResourceReference,
  filter: Program | undefined,
  common: { field: string; ownNamespace: string; resourceFilter: Program | undefined },
): TargetEntry {
  return {
    field: common.field,
    fault: faultOf(entry, common.field),
    apiVersion: entry.apiVersion || defaultApiVersion(entry.kind),
    kind: entry.kind,
    name: entry.name,
    namespace: entry.namespace || common.ownNamespace,
    // With a name, matchLabels is ignored.
    matchLabels: entry.name === '*' ? entry.matchLabels : undefined,
    filter,
    needsMetadata: entry.name === '*' || readsMetadata(common.resourceFilter, filter),
  };
}

/**
 * @param types the registry: `spec.type` to its type.
 * @throws ReceiverError ValidationFailed or InvalidCELExpression, with a message that says what to change.
 */
export function compileSpec(receiver: Receiver, types: ReadonlyMap<string, WebhookType>): CompiledSpec {
  const { spec, metadata } = receiver;
  validateReceiver(spec, [...types.values()]);
  const type = types.get(spec.type);
  if (type === undefined) throw new ReceiverError('ValidationFailed', `spec.type: unknown type ${spec.type}`);
  const variables = {
    req: JSON_OBJECT,
    res: JSON_OBJECT,
    ...(type.oidcProviders === 'required' ? { claims: JSON_OBJECT } : {}),
  };
  const resourceFilter = celProgram(spec.resourceFilter, variables, 'spec.resourceFilter');
  const entries = spec.resources.map((entry, index) => {
    const field = `spec.resources[${index}]`;
    const filter = celProgram(entry.filter, variables, `${field}.filter`);
    return compileEntry(entry, filter, { field, ownNamespace: metadata.namespace, resourceFilter });
  });
  const events = spec.events ?? [];
  return {
    type,
    events:
      events.length === 0 || type.eventHeader === undefined
        ? undefined
        : new Set(events.map((event) => event.toLowerCase())),
    filter: resourceFilter,
    entries,
  };
}

function tokenOf(receiver: Receiver, secret: SecretData | undefined): Buffer {
  const name = `${receiver.metadata.namespace}/${receiver.spec.secretRef?.name}`;
  if (secret === undefined) throw new ReceiverError('TokenNotFound', `Secret ${name} not found`);
  const token = secret.token;
  if (token === undefined) throw new ReceiverError('TokenNotFound', `Secret ${name} has no key 'token'`);
  if (token.length === 0) throw new ReceiverError('TokenNotFound', `Secret ${name} has an empty 'token'`);
  return token;
}

/**
 * @param secret the data of `spec.secretRef`; undefined where there is none.
 * @throws ReceiverError TokenNotFound, or what the type refuses of its settings.
 */
export function compileRoute(
  receiver: Receiver,
  compiled: CompiledSpec,
  secret: SecretData | undefined,
): { readonly path: string; readonly route: Route } {
  const { metadata, spec } = receiver;
  const needsToken = compiled.type.secret === 'required';
  const token = needsToken ? tokenOf(receiver, secret) : NO_TOKEN;
  const verifier = compiled.type.prepare({
    token,
    secret: needsToken && secret !== undefined ? secret : {},
    oidcProviders: spec.oidcProviders ?? [],
  });
  const serving: Serving = {
    verifier,
    events: compiled.events,
    filter: compiled.filter,
    filtered: compiled.filter !== undefined || compiled.entries.some((entry) => entry.filter !== undefined),
    entries: compiled.entries,
  };
  return {
    path: webhookPath(token, metadata.name, metadata.namespace),
    route: { ...routeIdentity(receiver), type: compiled.type, serving },
  };
}

/** The part of a route that tells whose it is. */
export function routeIdentity(receiver: Receiver): RouteIdentity {
  const { namespace, name, uid, creationTimestamp } = receiver.metadata;
  return { key: `${namespace}/${name}`, namespace, name, uid, createdAt: creationTimestamp ?? '' };
}
