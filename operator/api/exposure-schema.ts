/** `spec.exposure` and `status.urls` as structural schemas. Flux has neither, so their limits refuse nothing of Flux's. */
import { serviceTypes, urlTypes } from './exposure.ts';
import type { JsonSchema } from './json-schema.ts';

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const HOST_LENGTH = 253;
const HOST_PATTERN = `^(\\*\\.)?${LABEL}(\\.${LABEL})*$`;

function annotations(of: string): JsonSchema {
  return {
    type: 'object',
    additionalProperties: { type: 'string', description: 'Value of the annotation.' },
    description: `Annotations of the ${of}. Honored only for Receivers in the operator's namespace.`,
  };
}

const service: JsonSchema = {
  type: 'object',
  description:
    'A Service for this Receiver. A Service cannot route by path: every Receiver is reachable at its address, protected ' +
    'by its path and the verification of its type.',
  properties: {
    name: {
      type: 'string',
      maxLength: 63,
      pattern: '^[a-z]([-a-z0-9]*[a-z0-9])?$',
      description:
        'Name of the Service. Defaults to <namespace>-<name>-<hash> of the Receiver. Receivers with the same name here ' +
        "share the Service; the oldest decides its spec. Honored only for Receivers in the operator's namespace.",
    },
    type: {
      type: 'string',
      enum: serviceTypes,
      description: 'Type of the Service: ClusterIP, NodePort or LoadBalancer. Defaults to LoadBalancer.',
    },
    port: {
      type: 'integer',
      minimum: 1,
      maximum: 65_535,
      description: 'Port of the Service. Defaults to 80, or to 443 when the operator serves TLS.',
    },
    nodePort: {
      type: 'integer',
      minimum: 1,
      maximum: 65_535,
      description:
        'Port on every node, for the types NodePort and LoadBalancer. Defaults to a free one. Honored only for Receivers ' +
        "in the operator's namespace.",
    },
    annotations: annotations('Service'),
    loadBalancerClass: {
      type: 'string',
      description: "Class of the load balancer implementation. Honored only for Receivers in the operator's namespace.",
    },
    loadBalancerSourceRanges: {
      type: 'array',
      items: { type: 'string', description: 'A network in CIDR notation, such as 192.30.252.0/22.' },
      description: "Networks that may reach the load balancer. Honored only for Receivers in the operator's namespace.",
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
  description: 'An Ingress that routes exactly the path of this Receiver to the shared Service (--receiver-service).',
  properties: {
    host: {
      ...host,
      description:
        'DNS name of the URL. Without it the Ingress matches every host, and the URL has the address of the Ingress.',
    },
    className: {
      type: 'string',
      description:
        "Name of the IngressClass. Defaults to the cluster's. Honored only for Receivers in the operator's namespace.",
    },
    tlsSecretName: {
      type: 'string',
      description:
        "Name of the Secret with the certificate for host, in the operator's namespace. When set, the URL begins with " +
        "https. Honored only for Receivers in the operator's namespace.",
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
      description: "Namespace of the Gateway. Defaults to the operator's.",
    },
    sectionName: {
      type: 'string',
      minLength: 1,
      maxLength: 253,
      description: 'Name of the listener. Defaults to every listener that accepts the route.',
    },
  },
};

const httpRoute: JsonSchema = {
  type: 'object',
  description: 'An HTTPRoute that routes exactly the path of this Receiver to the shared Service (--receiver-service).',
  properties: {
    parentRefs: {
      type: 'array',
      maxItems: 32,
      items: parentRef,
      description: "Gateways of the route. Honored only for Receivers in the operator's namespace.",
    },
    hostnames: {
      type: 'array',
      maxItems: 16,
      items: host,
      description: 'DNS names of the URLs. Default to those of the listeners.',
    },
  },
};

const urlSecret: JsonSchema = {
  type: 'object',
  required: ['name'],
  description:
    'A Secret that the operator keeps, with the keys url and path of the status, in the namespace of the Receiver. It is ' +
    'deleted with this field and with the Receiver. The operator needs the right to write Secrets there.',
  properties: {
    name: {
      type: 'string',
      maxLength: 253,
      pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
      description: 'Name of the Secret. A Secret of that name that is not of this Receiver is never touched.',
    },
  },
};

export const exposureSchema: JsonSchema = {
  type: 'object',
  description:
    "Objects that expose this Receiver, created in the operator's namespace. Receivers in other namespaces may request the " +
    'kinds and hosts that --tenant-exposure and --tenant-exposure-hosts allow; of their fields, service.type, ' +
    'service.port, ingress.host, httpRoute.hostnames and urlSecret are honored. The condition Exposed reports the result.',
  properties: { service, ingress, httpRoute, urlSecret },
};

export const urlsSchema: JsonSchema = {
  type: 'array',
  description: 'URLs of this Receiver, the best one for a sender first.',
  items: {
    type: 'object',
    required: ['type', 'url'],
    description: 'One URL.',
    properties: {
      type: {
        type: 'string',
        enum: urlTypes,
        description: `Origin of the URL: ${urlTypes.join(', ')}. Internal is reachable inside the cluster only.`,
      },
      url: { type: 'string', description: 'URL with the webhook path.' },
    },
  },
};
