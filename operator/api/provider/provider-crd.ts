/** The CustomResourceDefinition of Providers. Nothing in it is stricter than what Flux's own accepts. */
import { ALERTING_VERSION } from '../alert/alert.ts';
import { type CustomResourceDefinition, crd } from '../crd.ts';
import type { JsonSchema } from '../json-schema.ts';
import { PROVIDER_KIND, PROVIDER_PLURAL } from './provider.ts';

/** What the CRD has to know of a type; the entries of the registry fit. */
export interface ProviderTypeRule {
  /** The value of `spec.type`. */
  readonly name: string;
  readonly purpose?: string;
}

const LONGEST_TEXT = 2_048;

const reference = (description: string): JsonSchema => ({
  type: 'object',
  description: `${description} It is in the namespace of the Provider.`,
  required: ['name'],
  properties: { name: { type: 'string', description: 'Name of the Secret.' } },
});

const properties: Readonly<Record<string, JsonSchema>> = {
  address: {
    type: 'string',
    maxLength: LONGEST_TEXT,
    description:
      'The URL, repository or other address that notifications go to. The key address of the Secret replaces it.',
  },
  channel: {
    type: 'string',
    maxLength: LONGEST_TEXT,
    description: 'The channel, room, topic or routing key, by the type.',
  },
  username: {
    type: 'string',
    maxLength: LONGEST_TEXT,
    description: 'The name under which a message is posted, or the user of a login.',
  },
  timeout: {
    type: 'string',
    pattern: '^([0-9]+(\\.[0-9]+)?(ms|s|m))+$',
    description: 'How long one attempt to deliver a notification may take; left out: 15s.',
  },
  secretRef: reference(
    'The Secret with the keys address, token, username, password, headers and proxy, each where the type uses it.',
  ),
  certSecretRef: reference(
    'The Secret with ca.crt, the only roots that are trusted, and tls.crt with tls.key, for mutual TLS.',
  ),
  proxySecretRef: reference('The Secret with the address of a proxy, and its username and password.'),
  proxy: {
    type: 'string',
    maxLength: LONGEST_TEXT,
    pattern: '^(http|https)://.*$',
    description: 'Deprecated: use proxySecretRef. The URL of a proxy.',
  },
  interval: {
    type: 'string',
    pattern: '^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$',
    description: 'Deprecated: it does nothing.',
  },
  serviceAccountName: {
    type: 'string',
    description:
      'The ServiceAccount whose token is exchanged for one of the cloud, for azureeventhub, azuredevops and googlepubsub. ' +
      'Needs the feature gate ObjectLevelWorkloadIdentity.',
  },
  commitStatusExpr: {
    type: 'string',
    description:
      'CEL expression of type string over event, alert and provider: the name of the commit status. Left out: ' +
      'kind/name/uid of the object and the Provider.',
  },
  suspend: {
    type: 'boolean',
    description: 'true sends no notifications; those that come meanwhile are not sent later.',
  },
};

/** @param types the provider registry's entries: they make the enum of `spec.type` and the rule of `commitStatusExpr`. */
export function providerCrd(types: readonly ProviderTypeRule[]): CustomResourceDefinition {
  const commitStatus = types.filter(({ purpose }) => purpose === 'commit status').map(({ name }) => name);
  const names = commitStatus.map((name) => `'${name}'`);
  const type: JsonSchema = {
    type: 'string',
    enum: types.map(({ name }) => name),
    description: 'The kind of service that notifications go to.',
  };
  return crd({
    kind: PROVIDER_KIND,
    plural: PROVIDER_PLURAL,
    version: ALERTING_VERSION,
    formerVersions: ['v1beta1', 'v1beta2'],
    description: 'A Provider is a service that notifications go to, and how it is reached.',
    spec: {
      type: 'object',
      description: 'Where notifications go, and how.',
      required: ['type'],
      properties: { type, ...properties },
      'x-kubernetes-validations': [
        {
          rule: `self.type in [${names.join(', ')}] || !has(self.commitStatusExpr)`,
          message: `spec.commitStatusExpr is only supported for the ${names.join(', ')} provider types`,
        },
      ],
    },
    columns: [],
  });
}
