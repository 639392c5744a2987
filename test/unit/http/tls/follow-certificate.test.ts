// A certificate that is renewed while it is in use, on a clock that the test moves.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createAuthority, issueCertificate, type KeyPair } from '../../../../control-plane/certificates.ts';
import { type Certificate, type CertificateFiles, readCertificate } from '../../../../operator/http/tls/certificate.ts';
import { followCertificate } from '../../../../operator/http/tls/follow-certificate.ts';
import { createManualClock } from '../../../support/manual-clock.ts';

const EVERY_MS = 5_000;
const authority = await createAuthority('test authority');
const issue = (commonName: string): Promise<KeyPair> => issueCertificate(authority, { commonName, hosts: ['hooks'] });
const [first, second, third] = [await issue('first'), await issue('second'), await issue('third')];

let files: CertificateFiles;
let folder: string;

async function write({ certificatePem, keyPem }: KeyPair): Promise<void> {
  await writeFile(files.certFile, certificatePem);
  await writeFile(files.keyFile, keyPem);
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-certificate-'));
  files = { certFile: join(folder, 'tls.crt'), keyFile: join(folder, 'tls.key') };
  await write(first);
});

afterEach(() => rm(folder, { recursive: true }));

it('is read again each time, and passed on when it differs', async () => {
  const clock = createManualClock();
  const renewed: Certificate[] = [];
  let onNext: () => void = () => undefined;
  const stop = followCertificate({
    ...{ files, clock, everyMs: EVERY_MS, current: await readCertificate(files), log: pino({ level: 'silent' }) },
    onRenewed(certificate) {
      renewed.push(certificate);
      onNext();
    },
  });
  for (const pair of [second, third]) {
    await write(pair);
    const next = new Promise<void>((resolve) => {
      onNext = resolve;
    });
    const known = renewed.length;
    await clock.advance(EVERY_MS - 1);
    expect(renewed).toHaveLength(known);
    await clock.advance(1);
    await next;
    expect(String(renewed.at(-1)?.cert)).toBe(pair.certificatePem);
  }
  stop();
  expect(clock.pendingTimers).toBe(0);
});
