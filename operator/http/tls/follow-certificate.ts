/**
 * Follows a certificate that is renewed while it is in use. The files are read again and again, because what Kubernetes
 * swaps is a link to their folder, which no watch of a file sees reliably.
 */
import type { Clock } from '../../observe/clock.ts';
import type { Logger } from '../../observe/log.ts';
import { type Certificate, type CertificateFiles, readCertificate } from './certificate.ts';

export interface FollowCertificateOptions {
  readonly files: CertificateFiles;
  /** The certificate in use. */
  readonly current: Certificate;
  readonly everyMs: number;
  readonly onRenewed: (certificate: Certificate) => void;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Files that do not belong together, or cannot be read, change nothing and are logged once. @returns what ends it. */
export function followCertificate(options: FollowCertificateOptions): () => void {
  const { files, current, everyMs, onRenewed, clock, log } = options;
  let inUse = current;
  let complaint: string | undefined;
  let busy = false;
  const readAgain = async (): Promise<void> => {
    try {
      const found = await readCertificate(files);
      complaint = undefined;
      if (found.cert.equals(inUse.cert) && found.key.equals(inUse.key)) return;
      onRenewed(found);
      inUse = found;
      log.info({ notAfter: found.notAfter.toISOString() }, 'certificate renewed');
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (message === complaint) return;
      complaint = message;
      const kept = inUse.notAfter.toISOString();
      log.error({ error: message, notAfter: kept }, 'certificate not renewed; the one before stays in use');
    }
  };
  const timer = clock.setInterval(() => {
    if (busy) return;
    busy = true;
    readAgain().finally(() => {
      busy = false;
    });
  }, everyMs);
  return () => timer.cancel();
}
