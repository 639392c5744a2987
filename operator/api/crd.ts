/** Builds the CustomResourceDefinition of one kind from its schemas: what `crds/` and the charts publish. */
import type { JsonSchema } from './json-schema.ts';
import { GROUP } from './meta.ts';

/** A column of `kubectl get`. */
export interface PrinterColumn {
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
  readonly subresources?: { readonly status?: Readonly<Record<string, never>> };
  readonly additionalPrinterColumns?: readonly PrinterColumn[];
}

/** apiextensions.k8s.io/v1 CustomResourceDefinition, as far as the kinds of this operator use it. */
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
      readonly shortNames?: readonly string[];
      readonly categories: readonly string[];
    };
    readonly scope: 'Namespaced';
    readonly versions: readonly CrdVersion[];
  };
}

/** One kind: its names, its schemas and what `kubectl get` prints of it. */
export interface CrdKind {
  readonly kind: string;
  /** Default: the group of Flux's notification API. */
  readonly group?: string;
  readonly plural: string;
  /** What `kubectl` takes in place of the plural. */
  readonly shortNames?: readonly string[];
  /** Lists of `kubectl get` that show it; default: those of Flux's notification API. */
  readonly categories?: readonly string[];
  /** Served and stored. */
  readonly version: string;
  /**
   * Versions that were served once. They stay listed, so that a cluster whose `status.storedVersions` names one accepts
   * this CRD, and keep every field, so that an object stored in one reads without a loss.
   */
  readonly formerVersions?: readonly string[];
  /** What `kubectl explain <plural>` says first. */
  readonly description: string;
  readonly spec: JsonSchema;
  /** Absent: the kind has no status, and what a manifest says of one is pruned. */
  readonly status?: JsonSchema;
  /** Before Age, which every kind has. */
  readonly firstColumns?: readonly PrinterColumn[];
  /** After Age. */
  readonly columns: readonly PrinterColumn[];
}

const AGE: PrinterColumn = {
  name: 'Age',
  type: 'date',
  jsonPath: '.metadata.creationTimestamp',
  description: 'When it was created',
};

const CATEGORIES = ['all', 'fluxcd', 'fluxcd-notifications'];

/**
 * ```ts
 * crd({ kind: 'Alert', plural: 'alerts', version: 'v1', description: '…', spec, status, columns: [] })
 * ```
 */
export function crd(options: CrdKind): CustomResourceDefinition {
  const { kind, group = GROUP, plural, shortNames, categories = CATEGORIES, formerVersions = [] } = options;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${plural}.${group}`,
      // The texts and patterns contain what Flux's variable substitution would take for its own.
      annotations: { 'kustomize.toolkit.fluxcd.io/substitute': 'disabled' },
    },
    spec: {
      group,
      names: {
        kind,
        listKind: `${kind}List`,
        plural,
        singular: kind.toLowerCase(),
        ...(shortNames === undefined ? {} : { shortNames }),
        categories,
      },
      scope: 'Namespaced',
      versions: [servedVersion(options, group), ...formerVersions.map((name) => formerVersion(name, options, group))],
    },
  };
}

function servedVersion(options: CrdKind, group: string): CrdVersion {
  const { kind, version, description, spec, status, firstColumns = [], columns } = options;
  return {
    name: version,
    served: true,
    storage: true,
    schema: {
      openAPIV3Schema: {
        type: 'object',
        description,
        properties: {
          apiVersion: { type: 'string', description: `${group}/${version}` },
          kind: { type: 'string', description: kind },
          metadata: { type: 'object' },
          spec,
          ...(status === undefined ? {} : { status }),
        },
      },
    },
    subresources: status === undefined ? {} : { status: {} },
    additionalPrinterColumns: [...firstColumns, AGE, ...columns],
  };
}

function formerVersion(name: string, { version }: CrdKind, group: string): CrdVersion {
  return {
    name,
    served: false,
    storage: false,
    schema: {
      openAPIV3Schema: {
        type: 'object',
        description: `${name} is no longer served: write ${group}/${version}.`,
        'x-kubernetes-preserve-unknown-fields': true,
      },
    },
  };
}
