/** The operator's pods, within the restricted Pod Security level. */
import { ApiObject, Duration, JsonPatch, Size } from 'cdk8s';
import {
  Capability,
  type ContainerProps,
  Cpu,
  DeploymentStrategy,
  EnvFieldPaths,
  EnvValue,
  ImagePullPolicy,
  LabelSelector,
  PercentOrAbsolute,
  Deployment as PlusDeployment,
  Probe,
  SeccompProfileType,
  ServiceAccount,
} from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import type { SluiceConfig } from './config.ts';
import { commonLabels, NAME, selectorLabels } from './labels.ts';
import { ports } from './ports.ts';

/** A user that no image and no host knows. */
const USER = 65_532;
/** The label by which cdk8s-plus would select pods: its hash says nothing to anybody. */
const PLUS_LABEL = 'cdk8s.io~1metadata.addr';

function argsOf(config: SluiceConfig): string[] {
  return [
    `--receiverAddr=:${ports['http-webhook']}`,
    `--health-addr=:${ports.healthz}`,
    `--metrics-addr=:${ports['http-prom']}`,
    '--watch-all-namespaces=true',
    '--enable-leader-election',
    `--log-level=${config.logLevel}`,
    '--log-encoding=json',
    ...config.extraArgs,
  ];
}

function containerOf(config: SluiceConfig): ContainerProps {
  const { cpuRequestMillis, memoryRequestMebibytes, memoryLimitMebibytes } = config.resources;
  const probe = { port: ports.healthz, periodSeconds: Duration.seconds(10), timeoutSeconds: Duration.seconds(5) };
  return {
    name: 'operator',
    image: config.image,
    imagePullPolicy: ImagePullPolicy.IF_NOT_PRESENT,
    args: argsOf(config),
    ports: Object.entries(ports).map(([name, number]) => ({ name, number })),
    envVariables: {
      RUNTIME_NAMESPACE: EnvValue.fromFieldRef(EnvFieldPaths.POD_NAMESPACE),
      NODE_OPTIONS: EnvValue.fromValue(`--max-old-space-size=${Math.floor(memoryLimitMebibytes * 0.75)}`),
    },
    liveness: Probe.fromHttpGet('/healthz', probe),
    readiness: Probe.fromHttpGet('/readyz', probe),
    resources: {
      cpu: { request: Cpu.millis(cpuRequestMillis) },
      memory: { request: Size.mebibytes(memoryRequestMebibytes), limit: Size.mebibytes(memoryLimitMebibytes) },
    },
    securityContext: {
      ensureNonRoot: true,
      user: USER,
      group: USER,
      privileged: false,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: [Capability.ALL] },
      seccompProfile: { type: SeccompProfileType.RUNTIME_DEFAULT },
    },
  };
}

export class Deployment extends Construct {
  constructor(scope: Construct, id: string, config: SluiceConfig) {
    super(scope, id);
    const deployment = new PlusDeployment(this, 'deployment', {
      metadata: { name: NAME, namespace: config.namespace, labels: { ...commonLabels } },
      podMetadata: { labels: { ...commonLabels, ...selectorLabels } },
      select: false,
      replicas: config.replicas,
      strategy: DeploymentStrategy.rollingUpdate({
        maxSurge: PercentOrAbsolute.absolute(1),
        maxUnavailable: PercentOrAbsolute.absolute(0),
      }),
      serviceAccount: ServiceAccount.fromServiceAccountName(this, 'service-account', NAME),
      automountServiceAccountToken: true,
      terminationGracePeriod: Duration.seconds(config.terminationGracePeriodSeconds),
      securityContext: { ensureNonRoot: true, user: USER, group: USER },
      containers: [containerOf(config)],
    });
    deployment.select(LabelSelector.of({ labels: { ...selectorLabels } }));
    ApiObject.of(deployment).addJsonPatch(
      JsonPatch.remove(`/spec/template/metadata/labels/${PLUS_LABEL}`),
      // cdk8s-plus has no spread constraints.
      JsonPatch.add('/spec/template/spec/topologySpreadConstraints', [
        {
          maxSkew: 1,
          topologyKey: 'kubernetes.io/hostname',
          whenUnsatisfiable: 'ScheduleAnyway',
          labelSelector: { matchLabels: selectorLabels },
        },
      ]),
    );
  }
}
