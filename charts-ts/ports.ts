/** The ports on which the operator listens in its pod: the defaults of its flags. */
import { EVENT_PORT, PAGE_PORT, PEER_PORT, TLS_WEBHOOK_PORT, WEBHOOK_PORT } from '../operator/api/installation.ts';
import type { SluiceValues } from './values.ts';

export const ports = {
  [WEBHOOK_PORT]: 9292,
  [TLS_WEBHOOK_PORT]: 9443,
  [EVENT_PORT]: 9090,
  [PAGE_PORT]: 9080,
  [PEER_PORT]: 9081,
  'http-prom': 8080,
  healthz: 9440,
} as const;

export type PortName = keyof typeof ports;
type WebhookPort = typeof WEBHOOK_PORT | typeof TLS_WEBHOOK_PORT;

/** Where webhooks come in: with plain HTTP, with TLS, or with both. */
export function webhookPorts({ tls }: SluiceValues): readonly WebhookPort[] {
  const open: Readonly<Record<WebhookPort, boolean>> = {
    [WEBHOOK_PORT]: !tls.only,
    [TLS_WEBHOOK_PORT]: tls.secretName !== '',
  };
  return ([WEBHOOK_PORT, TLS_WEBHOOK_PORT] as const).filter((name) => open[name]);
}
