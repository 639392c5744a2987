/** The objects of the Gateway API, in the fields that are read. */
import type { ObjectMeta } from '../api/meta.ts';

/** metav1.Condition, in the fields that are read of others' objects. */
interface ForeignCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

export interface ParentRef {
  readonly group?: string;
  readonly kind?: string;
  readonly namespace?: string;
  readonly name: string;
  readonly sectionName?: string;
  readonly port?: number;
}

export interface HttpRouteRule {
  readonly matches?: readonly {
    readonly path?: { readonly type?: string; readonly value?: string };
    readonly method?: string;
    readonly headers?: readonly unknown[];
    readonly queryParams?: readonly unknown[];
  }[];
  readonly filters?: readonly {
    readonly type: string;
    readonly urlRewrite?: {
      readonly hostname?: string;
      readonly path?: {
        readonly type: string;
        readonly replacePrefixMatch?: string;
        readonly replaceFullPath?: string;
      };
    };
  }[];
  readonly backendRefs?: readonly {
    readonly group?: string;
    readonly kind?: string;
    readonly namespace?: string;
    readonly name: string;
    readonly port?: number;
    readonly weight?: number;
  }[];
}

export interface HttpRoute {
  readonly metadata: ObjectMeta;
  readonly spec?: {
    readonly parentRefs?: readonly ParentRef[];
    readonly hostnames?: readonly string[];
    readonly rules?: readonly HttpRouteRule[];
  };
  readonly status?: {
    readonly parents?: readonly { readonly parentRef: ParentRef; readonly conditions?: readonly ForeignCondition[] }[];
  };
}

export interface Listener {
  readonly name: string;
  readonly hostname?: string;
  readonly port: number;
  readonly protocol: string;
  readonly allowedRoutes?: {
    readonly namespaces?: { readonly from?: string };
    readonly kinds?: readonly { readonly group?: string; readonly kind: string }[];
  };
}

export interface Gateway {
  readonly metadata: ObjectMeta;
  readonly spec?: { readonly listeners?: readonly Listener[] };
  readonly status?: { readonly addresses?: readonly { readonly value: string }[] };
}
