/**
 * Receiver specs that are accepted and refused, one row a rule. The API server and the operator's own validation are
 * held to the same table.
 */
interface SpecRow {
  /** In plain words. */
  readonly name: string;
  readonly spec: unknown;
}

export interface RefusedSpec extends SpecRow {
  /** What the API server says of it, as a part of its message. */
  readonly apiServer: string;
  /** What the operator says of it. */
  readonly operator: string;
}

const resources = [{ kind: 'GitRepository', name: 'app' }];
const validations = [{ expression: 'claims.sub == "me"', message: 'not me' }];
const provider = { issuerURL: 'https://issuer.example.com', validations };
const long = (length: number): string => 'x'.repeat(length);

function github(changes: object = {}): Record<string, unknown> {
  return { type: 'github', secretRef: { name: 'token' }, resources, ...changes };
}

function oidc(changes: object = {}): Record<string, unknown> {
  return { type: 'generic-oidc', oidcProviders: [provider], resources, ...changes };
}

const withResource = (changes: object) => github({ resources: [{ ...resources[0], ...changes }] });
const withExposure = (exposure: object) => github({ exposure });
const withProvider = (changes: object) => oidc({ oidcProviders: [{ ...provider, ...changes }] });

const tokenTypes = [
  ...['generic', 'generic-hmac', 'github', 'gitlab', 'bitbucket', 'harbor'],
  ...['dockerhub', 'quay', 'gcr', 'nexus', 'acr', 'cdevents'],
  ...['sns', 'pubsub', 'eventgrid', 'cloudevents', 'standard-webhooks'],
];

export const acceptedSpecs: readonly SpecRow[] = [
  ...tokenTypes.map((type) => ({ name: `type ${type} with a Secret`, spec: github({ type }) })),
  { name: 'type generic-oidc with a provider', spec: oidc() },
  { name: 'no resources at all', spec: github({ resources: [] }) },
  { name: 'an empty list of providers where none may be', spec: github({ oidcProviders: [] }) },
  { name: 'null where a field is optional', spec: github({ oidcProviders: null, events: null, interval: null }) },
  { name: 'a Secret that is null where none may be', spec: oidc({ secretRef: null }) },
  { name: 'an empty name of the Secret', spec: github({ secretRef: { name: '' } }) },
  ...['10m', '1h30m', '0.5s', '750ms', '0s', '1h1m1s1ms'].map((interval) => ({
    name: `interval ${interval}`,
    spec: github({ interval }),
  })),
  { name: 'events of any spelling', spec: github({ events: ['push', '', 'Push Hook', 'repo:refs_changed'] }) },
  { name: 'a kind that is not of Flux', spec: withResource({ apiVersion: 'example.com/v1', kind: 'Widget' }) },
  { name: 'an empty kind', spec: withResource({ kind: '' }) },
  { name: 'all by labels', spec: withResource({ name: '*', matchLabels: { app: 'x', empty: '' } }) },
  { name: 'all without labels', spec: withResource({ name: '*' }) },
  { name: 'labels beside a name', spec: withResource({ matchLabels: { app: 'x' } }) },
  { name: 'an empty namespace of a resource', spec: withResource({ namespace: '' }) },
  { name: 'the longest name and namespace', spec: withResource({ name: long(253), namespace: long(253) }) },
  { name: 'a length in characters, not bytes', spec: withResource({ name: 'é'.repeat(253) }) },
  { name: 'a length in characters, not UTF-16 units', spec: withResource({ name: '😀'.repeat(253) }) },
  { name: 'the same resource twice', spec: github({ resources: [resources[0], resources[0]] }) },
  {
    name: 'filters that are no CEL',
    spec: github({ resourceFilter: '((', resources: [{ ...resources[0], filter: '' }] }),
  },
  { name: 'suspend', spec: github({ suspend: true }) },
  { name: 'an issuer by http', spec: withProvider({ issuerURL: 'http://issuer' }) },
  { name: 'an audience that is empty', spec: withProvider({ audience: '' }) },
  {
    name: 'variables of the same name',
    spec: withProvider({ variables: ['a', 'a'].map((name) => ({ name, expression: '1' })) }),
  },
  { name: 'an exposure of nothing', spec: withExposure({}) },
  { name: 'every exposure, with defaults', spec: withExposure({ service: {}, ingress: {}, httpRoute: {} }) },
  {
    name: 'a Service with everything',
    spec: withExposure({
      service: {
        name: 'hooks',
        type: 'LoadBalancer',
        port: 443,
        nodePort: 30_080,
        annotations: { a: 'b' },
        loadBalancerClass: 'x/y',
        loadBalancerSourceRanges: ['192.30.252.0/22'],
      },
    }),
  },
  { name: 'a nodePort of no type', spec: withExposure({ service: { nodePort: 30_080 } }) },
  { name: 'a host that is a wildcard', spec: withExposure({ ingress: { host: '*.example.com' } }) },
  {
    name: 'an HTTPRoute with everything',
    spec: withExposure({
      httpRoute: {
        parentRefs: [{ name: 'public', namespace: 'gateways', sectionName: 'https' }],
        hostnames: ['hooks.example.com'],
      },
    }),
  },
  { name: 'deliveries and follow of nothing', spec: github({ deliveries: {}, follow: {} }) },
  { name: 'deliveries and follow that are null', spec: github({ deliveries: null, follow: null }) },
  {
    name: 'everything about deliveries',
    spec: github({
      deliveries: { keepBodies: 20, unlistedEvents: 'Accept' },
      follow: { fresh: false, within: '1h' },
    }),
  },
  ...['10s', '10000ms', '59m59.5s', '60m'].map((within) => ({
    name: `to follow within ${within}`,
    spec: github({ follow: { within } }),
  })),
  {
    name: 'two issuers',
    spec: oidc({ oidcProviders: [provider, { ...provider, issuerURL: 'https://issuer.example.com/' }] }),
  },
];

const needsSecret = 'needs secretRef.name, the Secret in this namespace whose key token holds the token shared';
const noProviders = 'takes no oidcProviders: remove them, or set type to generic-oidc';
const needsProviders = 'needs at least one entry in oidcProviders, the issuers whose ID tokens it accepts';

export const refusedSpecs: readonly RefusedSpec[] = [
  ...tokenTypes.map((type) => ({
    name: `type ${type} without a Secret`,
    spec: { type, resources },
    apiServer: `spec.secretRef: Required value: type ${type} ${needsSecret}`,
    operator: `spec.secretRef: type ${type} ${needsSecret}`,
  })),
  {
    name: 'a Secret that is null where one must be',
    spec: github({ secretRef: null }),
    apiServer: `spec.secretRef: Required value: type github ${needsSecret}`,
    operator: `spec.secretRef: type github ${needsSecret}`,
  },
  {
    name: 'a Secret without a name',
    spec: github({ secretRef: {} }),
    apiServer: 'spec.secretRef.name: Required value',
    operator: 'spec.secretRef.name is required',
  },
  {
    name: 'type generic-oidc with a Secret',
    spec: oidc({ secretRef: { name: 'token' } }),
    apiServer: 'spec.secretRef: Forbidden: type generic-oidc takes no secretRef',
    operator: 'spec.secretRef: type generic-oidc takes no secretRef',
  },
  {
    name: 'type generic-oidc without providers',
    spec: { type: 'generic-oidc', resources },
    apiServer: `spec.oidcProviders: Required value: type generic-oidc ${needsProviders}`,
    operator: `spec.oidcProviders: type generic-oidc ${needsProviders}`,
  },
  {
    name: 'type generic-oidc with an empty list of providers',
    spec: oidc({ oidcProviders: [] }),
    apiServer: `spec.oidcProviders: Required value: type generic-oidc ${needsProviders}`,
    operator: `spec.oidcProviders: type generic-oidc ${needsProviders}`,
  },
  {
    name: 'providers with another type',
    spec: github({ oidcProviders: [provider] }),
    apiServer: `spec.oidcProviders: Forbidden: type github ${noProviders}`,
    operator: `spec.oidcProviders: type github ${noProviders}`,
  },
  {
    name: 'no type',
    spec: { resources, secretRef: { name: 'token' } },
    apiServer: 'spec.type: Required value',
    operator: 'spec.type is required',
  },
  {
    name: 'an unknown type',
    spec: github({ type: 'gitea' }),
    apiServer: 'spec.type: Unsupported value: "gitea"',
    operator: 'spec.type must be one of generic, generic-hmac, generic-oidc, github',
  },
  {
    name: 'a type in upper case',
    spec: github({ type: 'GitHub' }),
    apiServer: 'spec.type: Unsupported value: "GitHub"',
    operator: 'spec.type must be one of generic,',
  },
  {
    name: 'no list of resources',
    spec: { type: 'github', secretRef: { name: 'token' } },
    apiServer: 'spec.resources: Required value',
    operator: 'spec.resources is required',
  },
  {
    name: 'resources that are no list',
    spec: github({ resources: resources[0] }),
    apiServer: 'spec.resources: Invalid value: "object"',
    operator: 'spec.resources must be a list',
  },
  {
    name: 'a resource that is null',
    spec: github({ resources: [null] }),
    apiServer: 'spec.resources[0]: Invalid value: "null"',
    operator: 'spec.resources[0] must be an object',
  },
  {
    name: 'a resource that is empty',
    spec: github({ resources: [{}] }),
    apiServer: 'spec.resources[0].kind: Required value',
    operator: 'spec.resources[0].kind is required',
  },
  {
    name: 'a resource without a name',
    spec: github({ resources: [...resources, { kind: 'Bucket' }] }),
    apiServer: 'spec.resources[1].name: Required value',
    operator: 'spec.resources[1].name is required',
  },
  {
    name: 'a resource with an empty name',
    spec: withResource({ name: '' }),
    apiServer: 'spec.resources[0].name: Invalid value: ""',
    operator: 'spec.resources[0].name must not be empty',
  },
  {
    name: 'a resource with too long a name',
    spec: withResource({ name: long(254) }),
    apiServer: 'spec.resources[0].name: Too long',
    operator: 'spec.resources[0].name must have at most 253 characters',
  },
  {
    name: 'a resource with too long a namespace',
    spec: withResource({ namespace: long(254) }),
    apiServer: 'spec.resources[0].namespace: Too long',
    operator: 'spec.resources[0].namespace must have at most 253 characters',
  },
  {
    name: 'a label that is a number',
    spec: withResource({ name: '*', matchLabels: { app: 1 } }),
    apiServer: 'spec.resources[0].matchLabels.app: Invalid value: "integer"',
    operator: 'spec.resources[0].matchLabels.app must be a string',
  },
  ...['10', '10 m', '1d', '-1m', '', '5M', '1h ', '.5s'].map((interval) => ({
    name: `interval "${interval}"`,
    spec: github({ interval }),
    apiServer: `spec.interval: Invalid value: "${interval}"`,
    operator: 'spec.interval must match ^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$',
  })),
  {
    name: 'an interval that is a number',
    spec: github({ interval: 600 }),
    apiServer: 'spec.interval: Invalid value: "integer"',
    operator: 'spec.interval must be a string',
  },
  {
    name: 'events that are one string',
    spec: github({ events: 'push' }),
    apiServer: 'spec.events: Invalid value: "string"',
    operator: 'spec.events must be a list',
  },
  {
    name: 'suspend as a string',
    spec: github({ suspend: 'true' }),
    apiServer: 'spec.suspend: Invalid value: "string"',
    operator: 'spec.suspend must be true or false',
  },
  {
    name: 'a provider without validations',
    spec: oidc({ oidcProviders: [{ issuerURL: 'https://issuer' }] }),
    apiServer: 'spec.oidcProviders[0].validations: Required value',
    operator: 'spec.oidcProviders[0].validations is required',
  },
  {
    name: 'a provider with an empty list of validations',
    spec: withProvider({ validations: [] }),
    apiServer: 'spec.oidcProviders[0].validations: Invalid value: 0',
    operator: 'spec.oidcProviders[0].validations must have at least 1 entry',
  },
  {
    name: 'a validation without a message',
    spec: withProvider({ validations: [{ expression: 'true' }] }),
    apiServer: 'spec.oidcProviders[0].validations[0].message: Required value',
    operator: 'spec.oidcProviders[0].validations[0].message is required',
  },
  {
    name: 'a variable without an expression',
    spec: withProvider({ variables: [{ name: 'a' }] }),
    apiServer: 'spec.oidcProviders[0].variables[0].expression: Required value',
    operator: 'spec.oidcProviders[0].variables[0].expression is required',
  },
  {
    name: 'a provider without an issuer',
    spec: oidc({ oidcProviders: [{ validations }] }),
    apiServer: 'spec.oidcProviders[0].issuerURL: Required value',
    operator: 'spec.oidcProviders[0].issuerURL is required',
  },
  {
    name: 'an issuer that is no URL',
    spec: withProvider({ issuerURL: 'issuer.example.com' }),
    apiServer: 'spec.oidcProviders[0].issuerURL: Invalid value: "issuer.example.com"',
    operator: 'spec.oidcProviders[0].issuerURL must match ^https?://',
  },
  {
    name: 'the same issuer twice',
    spec: oidc({ oidcProviders: [provider, provider] }),
    apiServer: 'spec.oidcProviders[1]: Duplicate value: {"issuerURL":"https://issuer.example.com"}',
    operator: 'spec.oidcProviders[1] repeats issuerURL https://issuer.example.com',
  },
  ...(['nodePort', 'loadBalancerClass', 'loadBalancerSourceRanges'] as const).map((field) => {
    const type = field === 'nodePort' ? 'NodePort or LoadBalancer' : 'LoadBalancer';
    const value = { nodePort: 30_080, loadBalancerClass: 'x/y', loadBalancerSourceRanges: ['10.0.0.0/8'] }[field];
    return {
      name: `${field} with a type that has none`,
      spec: withExposure({ service: { type: 'ClusterIP', [field]: value } }),
      apiServer: `spec.exposure.service.${field}: Forbidden: ${field} needs the type ${type}`,
      operator: `spec.exposure.service.${field}: ${field} needs the type ${type}`,
    };
  }),
  {
    name: 'a port that is none',
    spec: withExposure({ service: { port: 65_536 } }),
    apiServer: 'spec.exposure.service.port: Invalid value: 65536',
    operator: 'spec.exposure.service.port must be 65535 at most',
  },
  {
    name: 'a Service of another type',
    spec: withExposure({ service: { type: 'ExternalName' } }),
    apiServer: 'spec.exposure.service.type: Unsupported value: "ExternalName"',
    operator: 'spec.exposure.service.type must be one of ClusterIP, NodePort, LoadBalancer',
  },
  {
    name: 'a name that no Service can have',
    spec: withExposure({ service: { name: '1.hooks' } }),
    apiServer: 'spec.exposure.service.name: Invalid value: "1.hooks"',
    operator: 'spec.exposure.service.name must match',
  },
  {
    name: 'a host with a scheme',
    spec: withExposure({ ingress: { host: 'https://hooks.example.com' } }),
    apiServer: 'spec.exposure.ingress.host: Invalid value: "https://hooks.example.com"',
    operator: 'spec.exposure.ingress.host must match',
  },
  {
    name: 'too many host names',
    spec: withExposure({ httpRoute: { hostnames: Array(17).fill('a.example.com') } }),
    apiServer: 'spec.exposure.httpRoute.hostnames: Too many: 17',
    operator: 'spec.exposure.httpRoute.hostnames must have at most 16 entries',
  },
  ...[-1, 21].map((keepBodies) => ({
    name: `${keepBodies} bodies to keep`,
    spec: github({ deliveries: { keepBodies } }),
    apiServer: `spec.deliveries.keepBodies: Invalid value: ${keepBodies}`,
    operator: `spec.deliveries.keepBodies must be ${keepBodies < 0 ? '0 at least' : '20 at most'}`,
  })),
  {
    name: 'unlisted events that are kept',
    spec: github({ deliveries: { unlistedEvents: 'Keep' } }),
    apiServer: 'spec.deliveries.unlistedEvents: Unsupported value: "Keep"',
    operator: 'spec.deliveries.unlistedEvents must be one of Reject, Accept',
  },
  ...['9.999s', '1h1ms', '0s'].map((within) => ({
    name: `to follow within ${within}`,
    spec: github({ follow: { within } }),
    apiServer: 'spec.follow.within: Invalid value: within is a duration from 10s to 1h',
    operator: 'spec.follow.within: within is a duration from 10s to 1h',
  })),
  {
    name: 'to follow within no duration',
    spec: github({ follow: { within: 'soon' } }),
    apiServer: 'spec.follow.within: Invalid value: "soon"',
    operator: 'spec.follow.within must match',
  },
  {
    name: 'a Gateway without a name',
    spec: withExposure({ httpRoute: { parentRefs: [{ namespace: 'gateways' }] } }),
    apiServer: 'spec.exposure.httpRoute.parentRefs[0].name: Required value',
    operator: 'spec.exposure.httpRoute.parentRefs[0].name is required',
  },
];
