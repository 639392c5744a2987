/** `spec.exposure` and `status.urls` as structural schemas. Flux has neither, so their limits refuse nothing of Flux's. */
import { serviceTypes, urlTypes } from './exposure.ts';
import type { JsonSchema } from './json-schema.ts';

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const HOST_LENGTH = 253;
const HOST_PATTERN = `^(\\*\\.)?${LABEL}(\\.${LABEL})*$`;

function annotations(of: string): JsonSchema {
  return {
    type: 'object',
    additionalProperties: { type: 'string', description: 'The value of the annotation.' },
    description: `Annotations of the ${of}. Taken only from Receivers in the operator's own namespace.`,
  };
}

const service: JsonSchema = {
  type: 'object',
  description:
    'A Service of its own. A Service cannot tell paths apart: whoever reaches it reaches the paths of all Receivers. So ' +
    'it gives this Receiver an address, and keeps no other one from being reached there.',
  properties: {
    name: {
      type: 'string',
      maxLength: 63,
      pattern: '^[a-z]([-a-z0-9]*[a-z0-9])?$',
      description:
        'Name of the Service; left out: made from the namespace and name of the Receiver. Receivers that give the same ' +
        "name share the Service, and the oldest decides how it is. Taken only in the operator's own namespace.",
    },
    type: {
      type: 'string',
      enum: serviceTypes,
      description: 'ClusterIP, NodePort or LoadBalancer; left out: LoadBalancer.',
    },
    port: {
      type: 'integer',
      minimum: 1,
      maximum: 65_535,
      description: 'Port of the Service; left out: 80, or 443 where the operator serves TLS itself.',
    },
    nodePort: {
      type: 'integer',
      minimum: 1,
      maximum: 65_535,
      description:
        'Port on every node, for the types NodePort and LoadBalancer; left out: one that is free. Taken only in the ' +
        "operator's own namespace.",
    },
    annotations: annotations('Service'),
    loadBalancerClass: {
      type: 'string',
      description:
        "Which implementation makes the load balancer. Taken only from Receivers in the operator's own namespace.",
    },
    loadBalancerSourceRanges: {
      type: 'array',
      items: { type: 'string', description: 'A network in CIDR notation, such as 192.30.252.0/22.' },
      description:
        "The networks from which the load balancer may be reached. Taken only in the operator's own namespace.",
    },
  },
};

const host: JsonSchema = {
  type: 'string',
  maxLength: HOST_LENGTH,
  pattern: HOST_PATTERN,
  description: 'A DNS name, such as hooks.example.com.',
};

const ingress: JsonSchema = {
  type: 'object',
  description: 'An Ingress that leads exactly the path of this Receiver to the Service that all Receivers share.',
  properties: {
    host: {
      ...host,
      description: 'DNS name under which senders reach it; left out: any, at the address of the Ingress.',
    },
    className: {
      type: 'string',
      description:
        "Name of the IngressClass; left out: the cluster's default. Taken only in the operator's own namespace.",
    },
    tlsSecretName: {
      type: 'string',
      description:
        "Name of the Secret with the certificate for host, in the operator's namespace; with it the URL begins with " +
        "https. Taken only from Receivers in the operator's own namespace.",
    },
    annotations: annotations('Ingress'),
  },
};

const parentRef: JsonSchema = {
  type: 'object',
  required: ['name'],
  description: 'A Gateway, or one of its listeners.',
  properties: {
    name: { type: 'string', minLength: 1, maxLength: 253, description: 'Name of the Gateway.' },
    namespace: {
      type: 'string',
      minLength: 1,
      maxLength: 63,
      description: "Namespace of the Gateway; left out: the operator's.",
    },
    sectionName: {
      type: 'string',
      minLength: 1,
      maxLength: 253,
      description: 'Name of the listener; left out: every listener that takes the route.',
    },
  },
};

const httpRoute: JsonSchema = {
  type: 'object',
  description:
    'An HTTPRoute of the Gateway API that leads exactly the path of this Receiver to the Service that all Receivers share.',
  properties: {
    parentRefs: {
      type: 'array',
      maxItems: 32,
      items: parentRef,
      description: "The Gateways that take it. Taken only from Receivers in the operator's own namespace.",
    },
    hostnames: {
      type: 'array',
      maxItems: 16,
      items: host,
      description: 'DNS names under which senders reach it; left out: those of the listeners.',
    },
  },
};

export const exposureSchema: JsonSchema = {
  type: 'object',
  description:
    "Doors for this Receiver alone, beside the Service that all Receivers share. Outside of the operator's own namespace " +
    'the operator decides which of them may be asked for, and all but service.type, service.port, ingress.host and ' +
    'httpRoute.hostnames comes from the operator. The condition Exposed says what became of them.',
  properties: { service, ingress, httpRoute },
};

export const urlsSchema: JsonSchema = {
  type: 'array',
  description: 'Every address at which this Receiver is known to be reached, the best one for a sender first.',
  items: {
    type: 'object',
    required: ['type', 'url'],
    description: 'One address.',
    properties: {
      type: {
        type: 'string',
        enum: urlTypes,
        description: `What leads there: ${urlTypes.join(', ')}. Internal is reached from inside of the cluster alone.`,
      },
      url: { type: 'string', description: 'The whole URL, path included.' },
    },
  },
};
