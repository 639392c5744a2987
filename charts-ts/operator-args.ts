/** The operator's command line. */
import { ports } from './ports.ts';
import type { SluiceValues } from './values.ts';

export function operatorArgs(values: SluiceValues): string[] {
  return [
    `--receiverAddr=:${ports['http-webhook']}`,
    `--health-addr=:${ports.healthz}`,
    `--metrics-addr=:${ports['http-prom']}`,
    `--watch-all-namespaces=${values.watchAllNamespaces}`,
    '--enable-leader-election',
    `--log-level=${values.logLevel}`,
    '--log-encoding=json',
    ...values.extraArgs,
  ];
}
