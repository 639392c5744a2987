// The CRDs that a control plane for Sluice needs: stand-ins for Flux's, and those generated from this repository.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fluxStandIns } from './stand-ins/flux.ts';

/** `flux`: the kinds that a Receiver can target. `gateway-api`: those of exposure that many clusters lack. */
export type StandIns = 'flux' | 'gateway-api';

/** Stand-ins for the kinds of others, as YAML. */
export function standInCrds(which: StandIns): string {
  if (which === 'flux') return fluxStandIns();
  return readFileSync(join(import.meta.dirname, 'stand-ins', 'gateway-api.yaml'), 'utf8');
}

/** The CRDs of Sluice, as YAML; empty before they were generated. */
export function ownCrds(): string {
  return manifestsIn(join(import.meta.dirname, '..', 'crds'));
}

function manifestsIn(folder: string): string {
  const names = readdirSync(folder).filter((name) => /\.ya?ml$/.test(name));
  return names
    .sort()
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n---\n');
}
