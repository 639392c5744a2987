/** Reads the address of a repository from a Provider (contract, *Git*, *Address*). */
import { DeliveryError } from '../delivery-error.ts';
import type { ProviderSettings } from '../provider-type.ts';

export interface RepositoryAddress {
  /** Scheme, host and port of the service; ssh has become https. */
  readonly origin: string;
  readonly hostname: string;
  /** What follows the host, decoded, without slashes before it and one `.git` after it. */
  readonly id: string;
}

/** `git@host:owner/repo`, without a scheme. */
const SCP_ADDRESS = /^(?:[^@/\s]+@)?([^:/\s]+):(?!\/\/)(.*)$/;

/** @throws DeliveryError final for what is no address of a repository; without the address, which may be secret. */
export function repositoryAddress({ address }: Pick<ProviderSettings, 'address'>): RepositoryAddress {
  const url = URL.parse(withScheme(address));
  if (url === null || !/^(https?|ssh):$/.test(url.protocol) || url.host === '') throw invalidAddress();
  const scheme = url.protocol === 'ssh:' ? 'https:' : url.protocol;
  // A host of ssh is kept as it is written; one of http is in lower case.
  const service = URL.parse(`${scheme}//${url.host}`);
  if (service === null) throw invalidAddress();
  return { origin: service.origin, hostname: service.hostname, id: idOf(url) };
}

/**
 * The parts of an `id` that must have so many.
 * @param form is shown to the user: `owner/repo`.
 * @throws DeliveryError final
 */
export function repositoryParts(settings: Pick<ProviderSettings, 'secret'>, id: string, form: string): string[] {
  const parts = id.split('/');
  if (parts.length === form.split('/').length && parts.every((part) => part !== '')) return parts;
  // An address from a Secret is not shown.
  const shown = settings.secret.address === undefined ? `'${id}'` : "of the Secret's address";
  throw new DeliveryError('final', `invalid repository id: ${shown}, the address must end with ${form}`);
}

function withScheme(address: string): string {
  const [, host, path] = SCP_ADDRESS.exec(address) ?? [];
  return host === undefined || address.includes('://') ? address : `ssh://${host}/${path}`;
}

function idOf({ pathname }: URL): string {
  try {
    return decodeURIComponent(pathname)
      .replace(/^\/+/, '')
      .replace(/\.git$/, '');
  } catch {
    throw invalidAddress();
  }
}

function invalidAddress(): DeliveryError {
  const forms = 'https://host/owner/repo, ssh://git@host/owner/repo or git@host:owner/repo';
  return new DeliveryError('final', `invalid address: it must be the URL of a repository, as ${forms}`);
}
