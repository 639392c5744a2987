/** What an installation may choose, with its defaults. */
import { DEFAULT_NAMESPACE } from '../operator/api/receiver.ts';
import packageJson from '../package.json' with { type: 'json' };

export interface SluiceConfig {
  /** Where the operator runs. */
  readonly namespace: string;
  /** Whether the namespace is part of the manifests; false where somebody else makes it. */
  readonly createNamespace: boolean;
  readonly image: string;
  readonly replicas: number;
  /** Of the Service of the webhook endpoint. */
  readonly serviceType: 'ClusterIP' | 'NodePort' | 'LoadBalancer';
  /** `--log-level`. */
  readonly logLevel: 'trace' | 'debug' | 'info' | 'error';
  /** More flags of the operator, after the usual ones. */
  readonly extraArgs: readonly string[];
  readonly resources: {
    readonly cpuRequestMillis: number;
    readonly memoryRequestMebibytes: number;
    /** Three quarters of it are the cap of the JavaScript heap. */
    readonly memoryLimitMebibytes: number;
  };
  /** From SIGTERM to SIGKILL: longer than the shutdown delay, the longest request and the flush of what is pending. */
  readonly terminationGracePeriodSeconds: number;
}

export const defaultConfig: SluiceConfig = {
  namespace: DEFAULT_NAMESPACE,
  createNamespace: true,
  image: `sluice:${packageJson.version}`,
  replicas: 2,
  serviceType: 'ClusterIP',
  logLevel: 'info',
  extraArgs: [],
  resources: { cpuRequestMillis: 50, memoryRequestMebibytes: 128, memoryLimitMebibytes: 512 },
  terminationGracePeriodSeconds: 60,
};
