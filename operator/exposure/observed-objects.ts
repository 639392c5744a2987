/** What URLs are found in: the objects that may lead to the operator, and where it receives webhooks. */
import type { Gateway, HttpRoute } from './gateway-objects.ts';
import type { Deployment, Ingress, Node, Service } from './objects.ts';

/** All objects that may lead to the operator. */
export interface ObservedObjects {
  /** Of the operator's namespace. */
  readonly services: readonly Service[];
  readonly ingresses: readonly Ingress[];
  readonly httpRoutes: readonly HttpRoute[];
  /** Of every namespace. */
  readonly gateways: readonly Gateway[];
  /** None where they may not be read. */
  readonly nodes: readonly Node[];
  /** Names of the Secrets in the operator's namespace; undefined: not known, or not needed. */
  readonly secrets: ReadonlySet<string> | undefined;
  /** The operator's own; undefined: the chart's labels and ports apply. */
  readonly deployment: Deployment | undefined;
}

/** Where the operator receives webhooks, as the flags set it. */
export interface EndpointSettings {
  /** Of the operator. */
  readonly namespace: string;
  /** Where plain HTTP is received; undefined: nowhere. */
  readonly receiverPort: number | undefined;
  /** Where HTTPS is received; undefined: nowhere. */
  readonly tlsPort: number | undefined;
  /** Base URL of a tunnel or proxy that Kubernetes does not know, such as `https://hooks.example.com`. */
  readonly externalUrl: string | undefined;
}
