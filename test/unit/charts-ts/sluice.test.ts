import { describe, expect, it } from 'vitest';
import type { SluiceProps } from '../../../charts-ts/index.ts';
import { named, synthesized, synthesizedAnew, the } from './synthesized.ts';

const podOf = (props?: SluiceProps) => the('Deployment', props).spec.template;

describe('Sluice', () => {
  it('makes these objects, under readable names, what others need first', () => {
    expect(synthesized().map(named)).toEqual([
      'CustomResourceDefinition/alerts.notification.toolkit.fluxcd.io',
      'CustomResourceDefinition/providers.notification.toolkit.fluxcd.io',
      'CustomResourceDefinition/receivers.notification.toolkit.fluxcd.io',
      'CustomResourceDefinition/brokerreceivers.sluice.dev',
      'Namespace/flux-system',
      'ServiceAccount/sluice',
      'ClusterRole/sluice',
      'ClusterRoleBinding/sluice',
      'Role/sluice',
      'RoleBinding/sluice',
      'ClusterRole/sluice-receivers-view',
      'ClusterRole/sluice-receivers-edit',
      'ClusterRole/sluice-brokerreceivers-view',
      'ClusterRole/sluice-brokerreceivers-edit',
      'ClusterRole/sluice-deliveries-view',
      'ClusterRole/sluice-payloads-view',
      'ClusterRole/sluice-replay',
      'NetworkPolicy/sluice',
      'Service/webhook-receiver',
      'Service/notification-controller',
      'Service/sluice-peers',
      'Deployment/sluice',
      'PodDisruptionBudget/sluice',
    ]);
  });

  it('is the same each time', () => {
    expect(synthesizedAnew()).toEqual(synthesizedAnew());
  });

  it('has no hash of cdk8s in a name, label or selector', () => {
    expect(JSON.stringify(synthesized())).not.toMatch(/cdk8s\.io|-c8[0-9a-f]{6}/);
  });

  it('has the recommended labels on every object but the CRD and the namespace', () => {
    const others = synthesized().filter(({ kind }) => kind !== 'CustomResourceDefinition' && kind !== 'Namespace');
    const labels = { 'app.kubernetes.io/name': 'sluice', 'app.kubernetes.io/managed-by': 'cdk8s' };
    for (const { metadata } of others) expect(metadata.labels).toMatchObject(labels);
  });

  it('puts every namespaced object and every subject into the chosen namespace', () => {
    const manifests = synthesized({ namespace: 'webhooks' });
    expect(JSON.stringify(manifests)).not.toContain('flux-system');
    expect(manifests.filter(({ metadata }) => metadata.namespace === 'webhooks').map(named)).toEqual([
      'ServiceAccount/sluice',
      'Role/sluice',
      'RoleBinding/sluice',
      'NetworkPolicy/sluice',
      'Service/webhook-receiver',
      'Service/notification-controller',
      'Service/sluice-peers',
      'Deployment/sluice',
      'PodDisruptionBudget/sluice',
    ]);
  });

  it.each<[props: SluiceProps, without: string]>([
    [{ createNamespace: false }, 'Namespace/flux-system'],
    [{ networkPolicy: { ingress: { enabled: false } } }, 'NetworkPolicy/sluice'],
    [{ podDisruptionBudget: { enabled: false } }, 'PodDisruptionBudget/sluice'],
  ])('%j leaves out %s', (props, without) => {
    expect(synthesized(props).map(named)).not.toContain(without);
  });
});

describe('the pods', () => {
  it('are selected by the Service, the budget and the policies', () => {
    const props = { networkPolicy: { egress: { enabled: true } } };
    const { labels } = podOf(props).metadata;
    expect(labels).toMatchObject(the('Deployment').spec.selector.matchLabels);
    expect(labels).toMatchObject(the('Service').spec.selector);
    expect(labels).toMatchObject(the('PodDisruptionBudget').spec.selector.matchLabels);
    for (const policy of synthesized(props).filter(({ kind }) => kind === 'NetworkPolicy')) {
      expect(labels).toMatchObject(policy.spec.podSelector.matchLabels);
    }
  });

  it('have a heap that is capped below the memory limit', () => {
    const resources = { cpuRequestMillis: 100, memoryRequestMebibytes: 256, memoryLimitMebibytes: 1000 };
    const [container] = podOf({ resources }).spec.containers;
    expect(container.resources).toEqual({
      limits: { memory: '1000Mi' },
      requests: { cpu: '100m', memory: '256Mi' },
    });
    expect(container.env).toContainEqual({
      name: 'NODE_OPTIONS',
      value: '--max-old-space-size=750 --max-semi-space-size=8 --expose-gc',
    });
  });

  it('get further flags after the usual ones', () => {
    const { args } = podOf({ extraArgs: ['--no-cross-namespace-refs'] }).spec.containers[0];
    expect(args.at(-1)).toBe('--no-cross-namespace-refs');
  });

  it('carry more labels and annotations, but no other selector', () => {
    const props = { podLabels: { app: 'notification-controller' }, podAnnotations: { team: 'platform' } };
    expect(podOf(props).metadata).toMatchObject({ labels: props.podLabels, annotations: props.podAnnotations });
    expect(the('Deployment', props).spec.selector).toEqual(the('Deployment').spec.selector);
  });

  it('are scheduled as the values say', () => {
    const props = {
      priorityClassName: 'system-cluster-critical',
      nodeSelector: { 'kubernetes.io/arch': 'arm64' },
      tolerations: [{ key: 'control-plane', operator: 'Exists' }],
      affinity: { nodeAffinity: {} },
    };
    expect(podOf(props).spec).toMatchObject(props);
    expect(Object.keys(podOf().spec)).not.toEqual(expect.arrayContaining(Object.keys(props)));
    expect(podOf({ imagePullSecrets: ['registry'] }).spec.imagePullSecrets).toEqual([{ name: 'registry' }]);
  });
});

describe('the Service', () => {
  it.each(['ClusterIP', 'NodePort', 'LoadBalancer'] as const)('has the type %s', (type) => {
    const { spec } = the('Service', { service: { type } });
    expect(spec).toMatchObject({ type, ports: [{ port: 80, targetPort: 9292 }] });
    expect(spec.externalTrafficPolicy).toBe(type === 'ClusterIP' ? undefined : 'Cluster');
  });

  it('takes what a cloud wants to know', () => {
    const service = {
      type: 'LoadBalancer',
      annotations: { 'example.com/scheme': 'public' },
      loadBalancerClass: 'example.com/nlb',
      externalTrafficPolicy: 'Local',
    } as const;
    const { metadata, spec } = the('Service', { service });
    expect(metadata.annotations).toEqual(service.annotations);
    expect(spec).toMatchObject({ loadBalancerClass: 'example.com/nlb', externalTrafficPolicy: 'Local' });
  });
});

describe('webhook.allowFrom', () => {
  const allowFrom = ['192.30.252.0/22', '2a0a:a440::/29'];
  const webhookRule = (props: SluiceProps) => the('NetworkPolicy/sluice', props).spec.ingress[0];

  it('becomes the source ranges of a LoadBalancer', () => {
    const props: SluiceProps = { service: { type: 'LoadBalancer' }, webhook: { allowFrom } };
    expect(the('Service', props).spec.loadBalancerSourceRanges).toEqual(allowFrom);
  });

  it.each<[SluiceProps['service'], sources: unknown]>([
    [{ type: 'LoadBalancer' }, undefined],
    [{ type: 'LoadBalancer', externalTrafficPolicy: 'Cluster' }, undefined],
    [{ type: 'LoadBalancer', externalTrafficPolicy: 'Local' }, allowFrom],
    [{ type: 'NodePort', externalTrafficPolicy: 'Local' }, allowFrom],
  ])('with the Service %j is in the policy: %j', (service, sources) => {
    const { from, ports } = webhookRule({ service: service ?? {}, webhook: { allowFrom } });
    expect(from?.map(({ ipBlock }: { ipBlock: { cidr: string } }) => ipBlock.cidr)).toEqual(sources);
    expect(ports).toEqual([{ port: 9292, protocol: 'TCP' }]);
  });

  it('is everybody by default', () => {
    expect(webhookRule({})).toEqual({ ports: [{ port: 9292, protocol: 'TCP' }] });
    expect(the('Service', { service: { type: 'LoadBalancer' } }).spec).not.toHaveProperty('loadBalancerSourceRanges');
  });
});

describe('the policies', () => {
  it.each([
    [['monitoring', 'observability'], 1],
    [[], 0],
  ])('let pods of the namespaces %j scrape the metrics', (metricsFromNamespaces, rules) => {
    const { spec } = the('NetworkPolicy/sluice', { networkPolicy: { ingress: { metricsFromNamespaces } } });
    const scrape = spec.ingress.filter(({ ports }: { ports: { port: number }[] }) => ports[0]?.port === 8080);
    expect(scrape).toHaveLength(rules);
    for (const { from } of scrape) {
      expect(from).toEqual([
        {
          namespaceSelector: {
            matchExpressions: [
              { key: 'kubernetes.io/metadata.name', operator: 'In', values: ['monitoring', 'observability'] },
            ],
          },
        },
      ]);
    }
  });

  it.each<[eventsFromNamespaces: string[], others: object[]]>([
    [[], []],
    [
      ['apps'],
      [
        {
          namespaceSelector: {
            matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: ['apps'] }],
          },
        },
      ],
    ],
  ])('let pods of the own namespace, and of %j, post events', (eventsFromNamespaces, others) => {
    const { spec } = the('NetworkPolicy/sluice', { alerts: { eventsFromNamespaces } });
    const events = spec.ingress.filter(({ ports }: { ports: { port: number }[] }) => ports[0]?.port === 9090);
    expect(events).toEqual([{ ports: [{ port: 9090, protocol: 'TCP' }], from: [{ podSelector: {} }, ...others] }]);
  });

  it('leave outgoing traffic open by default', () => {
    expect(synthesized().map(named)).not.toContain('NetworkPolicy/sluice-egress');
  });

  it.each<[NonNullable<SluiceProps['networkPolicy']>['egress'], rules: object[]]>([
    [{}, [{ port: 6443 }, { port: 443 }]],
    [{ issuers: false, providerPorts: [] }, [{ port: 6443 }]],
    [{ issuers: false, providerPorts: [4222] }, [{ port: 6443 }, { port: 4222 }]],
    [
      { apiServerPort: 443, apiServerCidrs: ['10.0.0.1/32'], issuers: false, providerPorts: [] },
      [{ port: 443, cidr: '10.0.0.1/32' }],
    ],
    [
      { issuers: false, providerPorts: [], brokers: [{ cidr: '10.1.0.0/16', ports: [4222] }] },
      [{ port: 6443 }, { port: 4222, cidr: '10.1.0.0/16' }],
    ],
  ])('narrow it to DNS and with %j to %j', (egress, rules) => {
    const { spec } = the('NetworkPolicy/sluice-egress', { networkPolicy: { egress: { enabled: true, ...egress } } });
    const [dns, ...others] = spec.egress.filter(({ ports }: { ports: { port: number }[] }) => ports[0]?.port !== 9081);
    expect(dns.ports).toEqual([
      { port: 53, protocol: 'UDP' },
      { port: 53, protocol: 'TCP' },
    ]);
    expect(
      others.map(({ ports, to }: { ports: { port: number }[]; to?: { ipBlock: { cidr: string } }[] }) => ({
        port: ports[0]?.port,
        ...(to === undefined ? {} : { cidr: to[0]?.ipBlock.cidr }),
      })),
    ).toEqual(rules);
  });
});

describe('replicas', () => {
  it('find each other by a headless Service, those that are not ready too', () => {
    expect(the('Service/sluice-peers').spec).toEqual({
      clusterIP: 'None',
      publishNotReadyAddresses: true,
      selector: the('Deployment').spec.selector.matchLabels,
      ports: [{ name: 'peers', port: 9081, targetPort: 9081 }],
    });
  });

  it('know each other by a token of their own, and by the names of their pods', () => {
    const { spec } = podOf();
    const serviceAccountToken = { audience: 'sluice', expirationSeconds: 3600, path: 'token' };
    expect(spec.volumes).toEqual([{ name: 'peer-token', projected: { sources: [{ serviceAccountToken }] } }]);
    expect(spec.containers[0].env).toContainEqual({
      name: 'POD_NAME',
      valueFrom: { fieldRef: { fieldPath: 'metadata.name' } },
    });
    expect(podOf({ watchAllNamespaces: false }).spec).not.toHaveProperty('volumes');
  });

  it('let each other in, and nobody else', () => {
    const egress = { networkPolicy: { egress: { enabled: true } } };
    const own = [{ podSelector: { matchLabels: the('Deployment').spec.selector.matchLabels } }];
    const ports = [{ port: 9081, protocol: 'TCP' }];
    expect(the('NetworkPolicy/sluice').spec.ingress).toContainEqual({ ports, from: own });
    expect(the('NetworkPolicy/sluice-egress', egress).spec.egress).toContainEqual({ ports, to: own });
  });
});

describe('what exposes the Service', () => {
  const backend = { service: { name: 'webhook-receiver', port: { number: 80 } } };

  it('are an Ingress of one host, with its certificate', () => {
    const ingress = { enabled: true, host: 'hooks.example.com', className: 'nginx', tlsSecretName: 'hooks-tls' };
    expect(the('Ingress', { ingress: { ...ingress, annotations: { a: 'b' } } })).toMatchObject({
      metadata: { annotations: { a: 'b' } },
      spec: {
        ingressClassName: 'nginx',
        rules: [{ host: 'hooks.example.com', http: { paths: [{ path: '/hook/', pathType: 'Prefix', backend }] } }],
        tls: [{ hosts: ['hooks.example.com'], secretName: 'hooks-tls' }],
      },
    });
  });

  it('are a HTTPRoute', () => {
    const parentRefs = [{ name: 'public', namespace: 'gateways', sectionName: 'https' }];
    const { spec } = the('HTTPRoute', {
      httpRoute: { enabled: true, parentRefs, hostnames: ['hooks.example.com'] },
    });
    expect(spec).toEqual({
      parentRefs,
      hostnames: ['hooks.example.com'],
      rules: [
        {
          matches: [{ path: { type: 'PathPrefix', value: '/hook/' } }],
          backendRefs: [{ name: 'webhook-receiver', port: 80 }],
        },
      ],
    });
  });
});

describe('the PodMonitor', () => {
  it('names the port of the metrics', () => {
    const { metadata, spec } = the('PodMonitor', {
      podMonitor: { enabled: true, interval: '30s', labels: { release: 'prometheus' } },
    });
    expect(metadata.labels).toMatchObject({ release: 'prometheus' });
    expect(spec.podMetricsEndpoints).toEqual([{ port: 'http-prom', path: '/metrics', interval: '30s' }]);
    const ports = podOf().spec.containers[0].ports as { name: string }[];
    expect(ports.map(({ name }) => name)).toContain('http-prom');
  });
});

describe('what Prometheus and Grafana read', () => {
  it('has the labels by which they select it, and no value takes the label of the sidecar away', () => {
    const labels = { release: 'prometheus', grafana_dashboard: '0' };
    const rule = the('PrometheusRule', { prometheusRule: { enabled: true, labels } });
    expect(rule.metadata).toMatchObject({ name: 'sluice', namespace: 'flux-system', labels });
    const annotations = { grafana_folder: 'Flux' };
    const { metadata, data } = the('ConfigMap', { grafanaDashboard: { enabled: true, labels, annotations } });
    expect(metadata.labels).toMatchObject({ release: 'prometheus', grafana_dashboard: '1' });
    expect(metadata.annotations).toEqual(annotations);
    expect(JSON.parse(data?.['sluice.json'] ?? '')).toMatchObject({ uid: 'sluice' });
  });
});

describe('tls', () => {
  const tls = { secretName: 'webhook-tls' };

  it.each<[SluiceProps['tls'], ports: object[], args: string[]]>([
    [{}, [{ port: 80, targetPort: 9292 }], ['--receiverAddr=:9292']],
    [
      tls,
      [
        { port: 80, targetPort: 9292 },
        { port: 443, targetPort: 9443 },
      ],
      [
        '--receiverAddr=:9292',
        '--tls-cert-file=/etc/sluice/tls/tls.crt',
        '--tls-key-file=/etc/sluice/tls/tls.key',
        '--receiver-tls-addr=:9443',
      ],
    ],
    [
      { ...tls, only: true },
      [{ port: 443, targetPort: 9443 }],
      [
        '--receiverAddr=',
        '--tls-cert-file=/etc/sluice/tls/tls.crt',
        '--tls-key-file=/etc/sluice/tls/tls.key',
        '--receiver-tls-addr=:9443',
      ],
    ],
  ])('%j opens these ports, in the Service, the policy and the pods', (values, ports, args) => {
    const props = { tls: values ?? {} };
    const numbers = ports.map((port) => (port as { targetPort: number }).targetPort);
    expect(the('Service', props).spec.ports).toMatchObject(ports);
    const allowed = the('NetworkPolicy/sluice', props).spec.ingress[0].ports as { port: number }[];
    expect(allowed.map(({ port }) => port)).toEqual(numbers);
    const [container] = podOf(props).spec.containers;
    expect(container.args.slice(0, args.length)).toEqual(args);
    expect(container.args[args.length]).toMatch(/^--events-addr=/);
    const open = container.ports as { containerPort: number }[];
    expect(open.map(({ containerPort }) => containerPort)).toEqual([...numbers, 9090, 9080, 9081, 8080, 9440]);
  });

  it('mounts the Secret, to be read alone', () => {
    const { spec } = podOf({ tls });
    const peerToken = { name: 'peer-token', mountPath: '/var/run/secrets/sluice/peers', readOnly: true };
    expect(spec.volumes[0]).toEqual({ name: 'certificate', secret: { secretName: 'webhook-tls' } });
    expect(spec.containers[0].volumeMounts).toEqual([
      { name: 'certificate', mountPath: '/etc/sluice/tls', readOnly: true },
      peerToken,
    ]);
    expect(podOf().spec.containers[0].volumeMounts).toEqual([peerToken]);
  });

  it('has a Certificate where there is an issuer', () => {
    const certificate = { issuerName: 'letsencrypt', dnsNames: ['hooks.example.com'] };
    expect(the('Certificate', { tls: { ...tls, certificate } }).spec).toMatchObject({
      secretName: 'webhook-tls',
      dnsNames: ['hooks.example.com'],
      issuerRef: { kind: 'Issuer', name: 'letsencrypt' },
    });
    expect(synthesized({ tls }).map(({ kind }) => kind)).not.toContain('Certificate');
  });
});

describe('exposure', () => {
  it('is passed by flags, where it is set', () => {
    const { args } = podOf({
      exposure: {
        externalUrl: 'https://hooks.example.com',
        tenants: {
          kinds: ['Ingress', 'HTTPRoute'],
          hosts: ['*.hooks.example.com', 'hooks.example.org'],
          ingressAnnotations: { 'example.com/a': '1', 'example.com/b': '2' },
          gateway: 'gateways/public',
        },
      },
    }).spec.containers[0];
    expect(args.filter((arg: string) => /^--(tenant|external)/.test(arg))).toEqual([
      '--external-url=https://hooks.example.com',
      '--tenant-exposure=Ingress,HTTPRoute',
      '--tenant-exposure-hosts=*.hooks.example.com,hooks.example.org',
      '--tenant-ingress-annotations=example.com/a=1,example.com/b=2',
      '--tenant-gateway=gateways/public',
    ]);
    expect(podOf().spec.containers[0].args.join()).not.toMatch(/--(tenant|external)/);
  });
});
