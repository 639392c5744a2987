/** What another cdk8s app imports as `sluice/charts`. */
export { Sluice } from './sluice.ts';
export type { SluiceProps, SluiceValues } from './values.ts';
export { ValuesError } from './values-error.ts';
