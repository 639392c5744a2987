/** Serves HTTPS without a proxy in front: opens a guarded server's TLS listener and keeps its certificate current. */
import { type Clock, systemClock } from '../../observe/clock.ts';
import type { Logger } from '../../observe/log.ts';
import type { Metrics } from '../../observe/metrics.ts';
import type { ListenAddress } from '../address.ts';
import type { GuardedServer } from '../guarded-server.ts';
import { type Certificate, type CertificateFiles, readCertificate } from './certificate.ts';
import { followCertificate } from './follow-certificate.ts';

export interface TlsListener {
  readonly port: number;
  /** Stops reading the files. */
  stop(): void;
}

export interface TlsListenerOptions {
  readonly server: GuardedServer;
  readonly address: ListenAddress;
  readonly files: CertificateFiles;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Between two reads of the files. */
  readonly everyMs?: number;
  /** The machine's when absent. */
  readonly clock?: Clock;
}

const READ_EVERY_MS = 5_000;

/** @throws Error with one line that says what is wrong with the files or the address. */
export async function openTlsListener(options: TlsListenerOptions): Promise<TlsListener> {
  const { server, address, files, log, metrics, everyMs = READ_EVERY_MS, clock = systemClock } = options;
  const current = await readCertificate(files);
  const { port, renew } = await server.listenTls(address, current);
  const measure = ({ notAfter }: Certificate): void => metrics.certificateExpiry.set(notAfter.getTime() / 1_000);
  measure(current);
  const stop = followCertificate({
    files,
    current,
    everyMs,
    clock,
    log,
    onRenewed(certificate) {
      renew(certificate);
      measure(certificate);
    },
  });
  return { port, stop };
}
