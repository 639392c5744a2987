import { readFileSync } from 'node:fs';

/** The text of a file in `payloads/`: a delivery made by hand from the provider's documentation. */
export function payload(name: string): string {
  return readFileSync(new URL(`payloads/${name}.json`, import.meta.url), 'utf8');
}
