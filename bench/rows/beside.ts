/**
 * Compares operators that differ in one flag, on one cluster and within one run. Two processes of the same flags differ by
 * up to 4 % for as long as they live, so each comparison has new ones, and a twin of the lesser one says how much of a
 * difference is chance: it is the limit of the figure.
 */
import type { OperatorProcess } from '../../test/support/operator-process.ts';
import { medianOf } from '../stage/process-facts.ts';
import type { Stage } from '../stage/stage.ts';
import { type Load, loadWithCpu, WARM_UP_SECONDS } from './measure-load.ts';

export interface Beside {
  /** With all that is measured. */
  readonly on: OperatorProcess;
  readonly off: OperatorProcess;
  /** As `off`. */
  readonly twin: OperatorProcess;
}

const NAMES = ['on', 'off', 'twin'] as const;
/** Of each comparison. */
const TURNS = 3;
const SECONDS = 3;
const COMPARISONS = 5;

type Named = Readonly<Record<string, number>>;

/** @param without the flags of those that do less. @returns the median of each figure over some comparisons. */
export async function besides<T extends Named>(
  stage: Stage,
  without: readonly string[],
  measure: (operators: Beside) => Promise<T>,
): Promise<T> {
  const found: T[] = [];
  while (found.length < COMPARISONS) {
    const [on, off, twin] = await Promise.all([[], without, without].map((flags) => stage.startBeside(flags)));
    if (on === undefined || off === undefined || twin === undefined) throw new Error('an operator was not started');
    try {
      found.push(await measure({ on, off, twin }));
    } finally {
      await Promise.all([on, off, twin].map((operator) => operator.stop()));
    }
  }
  return medianOfEach(found);
}

/** What a load costs more than without: a share of the rate, and CPU of a request. */
export async function compareLoads(stage: Stage, without: readonly string[], what: Load): Promise<Named> {
  return await besides(stage, without, async (operators) => {
    for (const name of NAMES) await loadWithCpu(operators[name], { ...what, seconds: WARM_UP_SECONDS });
    const turns: Named[] = [];
    while (turns.length < TURNS) turns.push(await takeTurn(operators, turns.length, what));
    return medianOfEach(turns);
  });
}

/** Each goes first as often as another. */
async function takeTurn(operators: Beside, turn: number, what: Load): Promise<Named> {
  const order = [...NAMES.slice(turn % NAMES.length), ...NAMES.slice(0, turn % NAMES.length)];
  const measured = new Map<string, { readonly perSecond: number; readonly cpuMsEach: number }>();
  for (const name of order) measured.set(name, await loadWithCpu(operators[name], { ...what, seconds: SECONDS }));
  const rate = (name: string): number => measured.get(name)?.perSecond ?? Number.NaN;
  const cpuMs = (name: string): number => measured.get(name)?.cpuMsEach ?? Number.NaN;
  return {
    share: rate('on') / rate('off'),
    limitShare: rate('twin') / rate('off'),
    moreCpuUs: (cpuMs('on') - cpuMs('off')) * 1_000,
    limitMoreCpuUs: (cpuMs('twin') - cpuMs('off')) * 1_000,
    cpuMsEach: cpuMs('off'),
  };
}

function medianOfEach<T extends Named>(all: readonly T[]): T {
  const names = Object.keys(all[0] ?? {});
  return Object.fromEntries(names.map((name) => [name, medianOf(all.map((each) => each[name] ?? Number.NaN))])) as T;
}
