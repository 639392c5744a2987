/** The manifests of a `Sluice`, in this process. */
import { App, Chart } from 'cdk8s';
import { Sluice, type SluiceProps } from '../../../charts-ts/index.ts';

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Record<string, string>;
    readonly annotations?: Record<string, string>;
  };
  // biome-ignore lint/suspicious/noExplicitAny: a manifest is what its kind says, and the API server checks it elsewhere.
  readonly spec?: any;
  readonly data?: Readonly<Record<string, string>>;
  readonly rules?: readonly { readonly resources: readonly string[]; readonly verbs: readonly string[] }[];
}

const known = new Map<string, readonly Manifest[]>();

/** Made once of the same props; nobody changes them. */
export function synthesized(props?: SluiceProps): readonly Manifest[] {
  const key = JSON.stringify(props ?? {});
  const manifests = known.get(key) ?? synthesizedAnew(props);
  known.set(key, manifests);
  return manifests;
}

export function synthesizedAnew(props?: SluiceProps): readonly Manifest[] {
  const chart = new Chart(new App(), 'chart');
  new Sluice(chart, 'sluice', props);
  return chart.toJson();
}

/** `Kind/name` of a manifest. */
export function named({ kind, metadata }: Manifest): string {
  return `${kind}/${metadata.name}`;
}

/** The one manifest of that `Kind/name`, or of that kind. @throws Error where there is none. */
export function the(wanted: string, props?: SluiceProps): Manifest {
  const found = synthesized(props).find((manifest) => named(manifest) === wanted || manifest.kind === wanted);
  if (found === undefined) throw new Error(`there is no ${wanted}`);
  return found;
}
