/** The CustomResourceDefinition of Receivers as data: what `crds/` and the charts publish. */
import type { JsonSchema } from './json-schema.ts';
import { GROUP, RECEIVER_KIND, RECEIVER_PLURAL, VERSION } from './receiver.ts';
import type { ReceiverTypeRule } from './receiver-rules.ts';
import { receiverSpecSchema } from './receiver-schema.ts';
import { receiverStatusSchema } from './receiver-status-schema.ts';

interface PrinterColumn {
  readonly name: string;
  readonly type: 'date' | 'string';
  readonly jsonPath: string;
  readonly description: string;
  /** 1: with `-o wide` alone. */
  readonly priority?: number;
}

export interface CrdVersion {
  readonly name: string;
  readonly served: boolean;
  readonly storage: boolean;
  readonly schema: { readonly openAPIV3Schema: JsonSchema };
  readonly subresources?: { readonly status: Readonly<Record<string, never>> };
  readonly additionalPrinterColumns?: readonly PrinterColumn[];
}

/** apiextensions.k8s.io/v1 CustomResourceDefinition, as far as the Receiver's uses it. */
export interface CustomResourceDefinition {
  readonly apiVersion: 'apiextensions.k8s.io/v1';
  readonly kind: 'CustomResourceDefinition';
  readonly metadata: { readonly name: string; readonly annotations: Readonly<Record<string, string>> };
  readonly spec: {
    readonly group: string;
    readonly names: {
      readonly kind: string;
      readonly listKind: string;
      readonly plural: string;
      readonly singular: string;
      readonly categories: readonly string[];
    };
    readonly scope: 'Namespaced';
    readonly versions: readonly CrdVersion[];
  };
}

const columns: readonly PrinterColumn[] = [
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp', description: 'When it was created' },
  {
    name: 'Ready',
    type: 'string',
    jsonPath: '.status.conditions[?(@.type=="Ready")].status',
    description: 'Whether webhooks are served',
  },
  {
    name: 'Status',
    type: 'string',
    jsonPath: '.status.conditions[?(@.type=="Ready")].message',
    description: 'The webhook path, or what is wrong',
  },
  { name: 'URL', type: 'string', jsonPath: '.status.url', description: 'What to give to the sender' },
  { name: 'Type', type: 'string', jsonPath: '.spec.type', description: 'Who sends', priority: 1 },
  { name: 'Path', type: 'string', jsonPath: '.status.webhookPath', description: 'The webhook path', priority: 1 },
];

/**
 * A version that Flux served once. It stays listed, so that a cluster whose `status.storedVersions` names it accepts
 * this CRD, and keeps every field, so that an object stored in it reads as v1 without a loss.
 */
function formerVersion(name: string): CrdVersion {
  return {
    name,
    served: false,
    storage: false,
    schema: {
      openAPIV3Schema: {
        type: 'object',
        description: `${name} is no longer served: write ${GROUP}/${VERSION}.`,
        'x-kubernetes-preserve-unknown-fields': true,
      },
    },
  };
}

function currentVersion(types: readonly ReceiverTypeRule[]): CrdVersion {
  return {
    name: VERSION,
    served: true,
    storage: true,
    schema: {
      openAPIV3Schema: {
        type: 'object',
        description:
          'A Receiver is a webhook address: a genuine request to it makes resources of Flux reconcile at once.',
        properties: {
          apiVersion: { type: 'string', description: `${GROUP}/${VERSION}` },
          kind: { type: 'string', description: RECEIVER_KIND },
          metadata: { type: 'object' },
          spec: receiverSpecSchema(types),
          status: receiverStatusSchema,
        },
      },
    },
    subresources: { status: {} },
    additionalPrinterColumns: columns,
  };
}

/** @param types the webhook registry's entries: they make the enum of `spec.type` and the rules between fields. */
export function receiverCrd(types: readonly ReceiverTypeRule[]): CustomResourceDefinition {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${RECEIVER_PLURAL}.${GROUP}`,
      // The texts and patterns contain what Flux's variable substitution would take for its own.
      annotations: { 'kustomize.toolkit.fluxcd.io/substitute': 'disabled' },
    },
    spec: {
      group: GROUP,
      names: {
        kind: RECEIVER_KIND,
        listKind: `${RECEIVER_KIND}List`,
        plural: RECEIVER_PLURAL,
        singular: 'receiver',
        categories: ['all', 'fluxcd', 'fluxcd-notifications'],
      },
      scope: 'Namespaced',
      versions: [currentVersion(types), formerVersion('v1beta1'), formerVersion('v1beta2')],
    },
  };
}
