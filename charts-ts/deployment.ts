/** The operator's pods, within the restricted Pod Security level. */
import { basename, dirname } from 'node:path';
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
  Secret,
  ServiceAccount,
  Volume,
} from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { EVENT_PORT, PAGE_PORT, PEER_AUDIENCE, PEER_PORT, PEER_TOKEN_FILE } from '../operator/api/installation.ts';
import { memoryEnv } from '../operator/config/memory-env.ts';
import { commonLabels, NAME, selectorLabels } from './labels.ts';
import { operatorArgs, TLS_FOLDER } from './operator-args.ts';
import { type PortName, ports, webhookPorts } from './ports.ts';
import type { SluiceValues } from './values.ts';

/** A user that no image and no host knows. */
const USER = 65_532;
/** The label by which cdk8s-plus would select pods: its hash says nothing to anybody. */
const PLUS_LABEL = 'cdk8s.io~1metadata.addr';

const pullPolicies: Readonly<Record<SluiceValues['imagePullPolicy'], ImagePullPolicy>> = {
  Always: ImagePullPolicy.ALWAYS,
  IfNotPresent: ImagePullPolicy.IF_NOT_PRESENT,
  Never: ImagePullPolicy.NEVER,
};

function containerOf(values: SluiceValues, certificate: Volume | undefined): ContainerProps {
  const { cpuRequestMillis, memoryRequestMebibytes, memoryLimitMebibytes } = values.resources;
  const portNames: readonly PortName[] = [
    ...webhookPorts(values),
    EVENT_PORT,
    PAGE_PORT,
    PEER_PORT,
    'http-prom',
    'healthz',
  ];
  const probe = { port: ports.healthz, periodSeconds: Duration.seconds(10), timeoutSeconds: Duration.seconds(5) };
  return {
    name: 'operator',
    image: values.image,
    imagePullPolicy: pullPolicies[values.imagePullPolicy],
    args: operatorArgs(values),
    ports: portNames.map((name) => ({ name, number: ports[name] })),
    envVariables: {
      POD_NAME: EnvValue.fromFieldRef(EnvFieldPaths.POD_NAME),
      RUNTIME_NAMESPACE: EnvValue.fromFieldRef(EnvFieldPaths.POD_NAMESPACE),
      ...environment(memoryEnv(memoryLimitMebibytes)),
    },
    ...(certificate === undefined ? {} : { volumeMounts: [{ path: TLS_FOLDER, volume: certificate, readOnly: true }] }),
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

function environment(variables: Readonly<Record<string, string>>): Record<string, EnvValue> {
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, EnvValue.fromValue(value)]));
}

/** The fields of a pod that cdk8s-plus lacks, or takes only as objects of its own; those that are not set left out. */
function podFieldsOf(values: SluiceValues): Readonly<Record<string, unknown>> {
  const { priorityClassName, nodeSelector, tolerations, affinity, imagePullSecrets } = values;
  return {
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: 'kubernetes.io/hostname',
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels: selectorLabels },
      },
    ],
    ...(priorityClassName === '' ? {} : { priorityClassName }),
    ...(Object.keys(nodeSelector).length === 0 ? {} : { nodeSelector }),
    ...(tolerations.length === 0 ? {} : { tolerations }),
    ...(Object.keys(affinity).length === 0 ? {} : { affinity }),
    ...(imagePullSecrets.length === 0 ? {} : { imagePullSecrets: imagePullSecrets.map((name) => ({ name })) }),
  };
}

const TOKEN_VOLUME = 'peer-token';

/** The token by which replicas know each other, as a projected volume, which cdk8s-plus lacks. */
function tokenPatches({ tls: { secretName }, watchAllNamespaces }: SluiceValues): JsonPatch[] {
  // Without a ClusterRole nobody can judge it.
  if (!watchAllNamespaces) return [];
  const [folder, file] = [dirname(PEER_TOKEN_FILE), basename(PEER_TOKEN_FILE)];
  const serviceAccountToken = { audience: PEER_AUDIENCE, expirationSeconds: 3_600, path: file };
  const volume = { name: TOKEN_VOLUME, projected: { sources: [{ serviceAccountToken }] } };
  const mount = { name: TOKEN_VOLUME, mountPath: folder, readOnly: true };
  // The lists are there with the certificate alone.
  const add = (path: string, value: unknown): JsonPatch =>
    secretName === '' ? JsonPatch.add(path, [value]) : JsonPatch.add(`${path}/-`, value);
  return [add('/spec/template/spec/volumes', volume), add('/spec/template/spec/containers/0/volumeMounts', mount)];
}

export class Deployment extends Construct {
  constructor(scope: Construct, id: string, values: SluiceValues) {
    super(scope, id);
    const deployment = new PlusDeployment(this, 'deployment', {
      metadata: { name: NAME, namespace: values.namespace, labels: { ...commonLabels } },
      podMetadata: {
        labels: { ...commonLabels, ...values.podLabels, ...selectorLabels },
        annotations: { ...values.podAnnotations },
      },
      select: false,
      replicas: values.replicas,
      strategy: DeploymentStrategy.rollingUpdate({
        maxSurge: PercentOrAbsolute.absolute(1),
        maxUnavailable: PercentOrAbsolute.absolute(0),
      }),
      serviceAccount: ServiceAccount.fromServiceAccountName(this, 'service-account', NAME),
      automountServiceAccountToken: true,
      terminationGracePeriod: Duration.seconds(values.terminationGracePeriodSeconds),
      securityContext: { ensureNonRoot: true, user: USER, group: USER },
      containers: [containerOf(values, this.#certificate(values))],
    });
    deployment.select(LabelSelector.of({ labels: { ...selectorLabels } }));
    const fields = Object.entries(podFieldsOf(values));
    ApiObject.of(deployment).addJsonPatch(
      JsonPatch.remove(`/spec/template/metadata/labels/${PLUS_LABEL}`),
      ...fields.map(([field, value]) => JsonPatch.add(`/spec/template/spec/${field}`, value)),
      ...tokenPatches(values),
    );
  }
  /** The volume of the Secret, without which the pods wait to start. */
  #certificate({ tls: { secretName } }: SluiceValues): Volume | undefined {
    if (secretName === '') return undefined;
    const secret = Secret.fromSecretName(this, 'certificate', secretName);
    return Volume.fromSecret(this, 'certificate-volume', secret, { name: 'certificate' });
  }
}
