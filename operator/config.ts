/** The configuration from command line and environment: read once, checked, and never changed. */
import { checkTogether } from './config/check-together.ts';
import type { FlagValues } from './config/flags.ts';
import { helpText } from './config/help.ts';
import { ownNamespace } from './config/own-namespace.ts';
import { readFlags, UsageError } from './config/read-flags.ts';
import type { ListenAddress } from './http/address.ts';
import { defaultLimits, type Limits } from './http/guard/limits.ts';
import type { CertificateFiles } from './http/tls/certificate.ts';
import { buildInfo } from './observe/build-info.ts';

export { flagTable } from './config/help.ts';

/** One field a flag, and what follows from them. Names that end in `Ms` are milliseconds, in `Bytes` bytes. */
export interface Config
  extends Omit<FlagValues, 'watchConfigsLabelSelector' | 'tlsCertFile' | 'tlsKeyFile' | 'receiverTlsAddr'> {
  /** Undefined: all Secrets but Helm's. */
  readonly watchConfigsLabelSelector: string | undefined;
  /** Undefined: no listener with TLS. */
  readonly tls: { readonly address: ListenAddress; readonly files: CertificateFiles } | undefined;
  /** The operator's own namespace. */
  readonly runtimeNamespace: string;
  /** Of the receiver server. */
  readonly limits: Limits;
}

export type ParsedConfig =
  /** `notices`: one line for each flag that was set and does nothing. */
  | { readonly kind: 'run'; readonly config: Config; readonly notices: readonly string[] }
  | { readonly kind: 'help' | 'version'; readonly text: string }
  /** One line that says what is wrong and where. */
  | { readonly kind: 'error'; readonly message: string };

/** `argv` without the program. Never throws for what a user wrote. */
export function parseConfig(argv: readonly string[], env: NodeJS.ProcessEnv): ParsedConfig {
  if (argv.includes('--help') || argv.includes('-h')) return { kind: 'help', text: helpText() };
  if (argv.includes('--version')) {
    return { kind: 'version', text: `sluice ${buildInfo.version} (Node.js ${buildInfo.node})\n` };
  }
  try {
    const { values, notices } = readFlags(argv);
    checkTogether(values);
    return { kind: 'run', config: configOf(values, env), notices };
  } catch (error) {
    if (error instanceof UsageError) return { kind: 'error', message: error.message };
    throw error;
  }
}

function configOf(flagValues: FlagValues, env: NodeJS.ProcessEnv): Config {
  const { tlsCertFile, tlsKeyFile, receiverTlsAddr, ...values } = flagValues;
  const files = { certFile: tlsCertFile, keyFile: tlsKeyFile };
  return Object.freeze({
    ...values,
    tls: tlsCertFile === '' ? undefined : Object.freeze({ address: receiverTlsAddr, files }),
    watchConfigsLabelSelector: values.watchConfigsLabelSelector || undefined,
    runtimeNamespace: ownNamespace(env),
    limits: Object.freeze({
      ...defaultLimits,
      maxConnections: values.maxConnections,
      maxConnectionsPerAddress: values.maxConnectionsPerAddress,
      maxRequestsPerConnection: values.maxRequestsPerConnection,
      maxBufferedBytes: values.maxBodiesInFlightBytes,
      headersTimeoutMs: values.headerTimeoutMs,
      requestTimeoutMs: values.requestTimeoutMs,
      refusedPerSecond: values.refusedRateLimit,
      refusedBurst: values.refusedRateBurst,
    }),
  });
}
