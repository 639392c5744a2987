/** Reads the arguments of `npm run test:busy`. */

export interface BusyTestOptions {
  /** Processes that keep the machine busy. */
  readonly load: number;
  readonly runs: number;
  /** For `npm test`. */
  readonly args: readonly string[];
}

const FLAGS = ['--load', '--runs'];

/** Takes `--load N` and `--runs K`, also with `=`; undefined when one of them has no number. */
export function readBusyTestOptions(argv: readonly string[]): BusyTestOptions | undefined {
  const numbers = new Map([
    ['--load', 20],
    ['--runs', 1],
  ]);
  const args: string[] = [];
  for (let at = 0; at < argv.length; at++) {
    const [flag = '', inline] = (argv[at] ?? '').split('=');
    if (!FLAGS.includes(flag)) {
      args.push(argv[at] ?? '');
      continue;
    }
    const text = inline ?? argv[++at] ?? '';
    if (!/^\d+$/.test(text)) return undefined;
    numbers.set(flag, Number(text));
  }
  return { load: numbers.get('--load') ?? 0, runs: numbers.get('--runs') ?? 1, args };
}
