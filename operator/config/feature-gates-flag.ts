/** Reads `--feature-gates`, as Flux's controllers have it. */
import type { Flag, FlagText } from './flag.ts';

/** Those that mean something here; the others of Flux are accepted. */
export interface FeatureGates {
  /** Providers may name a ServiceAccount. */
  readonly objectLevelWorkloadIdentity: boolean;
}

const KNOWN = new Set(['ObjectLevelWorkloadIdentity', 'CacheSecretsAndConfigMaps']);
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
      const isValid = [...gates].every(([name, value]) => KNOWN.has(name) && value !== undefined);
      if (!isValid) return { expected: `a list such as ${[...KNOWN].map((name) => `${name}=true`).join(',')}` };
      return { value: { objectLevelWorkloadIdentity: gates.get('ObjectLevelWorkloadIdentity') ?? false } };
    },
  };
}
