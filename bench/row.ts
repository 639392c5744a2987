/** A row of the table: what is measured, and what each figure is held against. */
import type { Stage } from './stage/stage.ts';

export interface Figure {
  readonly name: string;
  /** For people; the unit stands in it. */
  readonly title: string;
  /** What Flux's own controller gave on a machine of 2 cores; undefined: it was not measured, or has no such thing. */
  readonly original: number | undefined;
  readonly target: number;
  /** Whether more is better. */
  readonly atLeast?: boolean;
}

export interface Row {
  /** On the command line and in the results. */
  readonly name: string;
  readonly title: string;
  /** How many Receivers the cluster has. */
  readonly receivers: Stage['size'];
  readonly figures: readonly Figure[];
  /** @returns a value for each figure, by its name, and for some their limits; further names are facts beside them. */
  measure(stage: Stage): Promise<Readonly<Record<string, number>>>;
}

/** What the same run measured as the best that could be reached, where it did: `limitP50Ms` of `p50Ms`. */
export function limitOf({ name }: Figure, values: Readonly<Record<string, number>>): number | undefined {
  return values[`limit${name.charAt(0).toUpperCase()}${name.slice(1)}`];
}

/** Whether the figure is reached. */
export function reaches({ target, atLeast = false }: Figure, value: number): boolean {
  return atLeast ? value >= target : value <= target;
}
