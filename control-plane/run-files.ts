// The certificates, keys and kubeconfigs of one control plane, written into its run's folder.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAuthority, createSigningKey, issueCertificate, type KeyPair } from './certificates.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import { type Files, KUBERNETES_SERVICE_IP, TOKEN_KEY_FILE } from './servers.ts';

/** What the servers and their first client need. */
export interface RunFiles {
  readonly files: Files;
  readonly authority: KeyPair;
  /** A client with all rights, and the path of its kubeconfig. */
  readonly admin: KeyPair;
  readonly adminKubeconfig: string;
}

const SERVER_HOSTS = ['127.0.0.1', KUBERNETES_SERVICE_IP, 'localhost', 'kubernetes.default', 'kubernetes.default.svc'];

/** Writes all of them into `dir`, for an API server at `url`. Only the owner can read them. */
export async function writeRunFiles(dir: string, url: string): Promise<RunFiles> {
  const authority = await createAuthority('sluice test authority');
  const tokens = createSigningKey();
  const server = await issueCertificate(authority, { commonName: 'kube-apiserver', hosts: SERVER_HOSTS });
  const admin = await issueCertificate(authority, {
    commonName: 'sluice-admin',
    organizations: ['system:masters'],
  });
  const controllerManager = await issueCertificate(authority, { commonName: 'system:kube-controller-manager' });
  const write = (name: string, content: string): string => {
    const file = join(dir, name);
    writeFileSync(file, content, { mode: 0o600 });
    return file;
  };
  const kubeconfig = (name: string, { certificatePem, keyPem }: KeyPair): string => {
    const file = join(dir, name);
    writeKubeconfig(file, {
      cluster: { server: url, 'certificate-authority-data': base64(authority.certificatePem) },
      user: { 'client-certificate-data': base64(certificatePem), 'client-key-data': base64(keyPem) },
    });
    return file;
  };
  const etcdData = join(dir, 'etcd');
  mkdirSync(etcdData, { mode: 0o700 });
  const files: Files = {
    etcdData,
    authority: write('ca.crt', authority.certificatePem),
    serverCertificate: write('apiserver.crt', server.certificatePem),
    serverKey: write('apiserver.key', server.keyPem),
    tokenKey: write(TOKEN_KEY_FILE, tokens.privatePem),
    tokenPublicKey: write('service-accounts.pub', tokens.publicPem),
    controllerManagerKubeconfig: kubeconfig('controller-manager.kubeconfig', controllerManager),
  };
  return { files, authority, admin, adminKubeconfig: kubeconfig('admin.kubeconfig', admin) };
}

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}
