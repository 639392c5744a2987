/** Reads `--feature-gates`, as Flux's controllers have it. */
import type { Flag, FlagText } from './flag.ts';

/** Those that mean something here; every other, of whichever release of Flux, is accepted. */
export interface FeatureGates {
  /** Providers may name a ServiceAccount. */
  readonly objectLevelWorkloadIdentity: boolean;
}

const BOOLEAN = new Map([
  ['true', true],
  ['false', false],
]);

export function featureGatesFlag(text: FlagText): Flag<FeatureGates> {
  return {
    ...text,
    type: 'list',
    default: '',
    alone: false,
    parse(written) {
      const pairs = written === '' ? [] : written.split(',').map((pair) => pair.trim().split('='));
      const gates = new Map(pairs.map(([name = '', value = '']) => [name, BOOLEAN.get(value)]));
      const isValid = [...gates].every(([name, value]) => name !== '' && value !== undefined);
      if (!isValid)
        return { expected: 'a list such as ObjectLevelWorkloadIdentity=true,CacheSecretsAndConfigMaps=false' };
      return { value: { objectLevelWorkloadIdentity: gates.get('ObjectLevelWorkloadIdentity') ?? false } };
    },
  };
}
