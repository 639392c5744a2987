import type { ProviderSettings } from '../provider-type.ts';

/** The Secret's `token`, else its `password` (contract, *Git*); empty: it has neither. */
export function accessToken({ token, password }: Pick<ProviderSettings, 'token' | 'password'>): string {
  return token === '' ? password : token;
}
