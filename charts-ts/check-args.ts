/** Checks the operator's command line by the operator's own table of flags, so that no pod fails to start for it. */
import { checkTogether } from '../operator/config/check-together.ts';
import { readFlags, UsageError } from '../operator/config/read-flags.ts';
import { exposureFlags, operatorArgs } from './operator-args.ts';
import type { SluiceValues } from './values.ts';

/** They print a text and end. */
const PRINTING = ['--help', '-h', '--version'];

/** @returns in one line why the operator would not start with these values, or undefined. */
export function argsFault(values: SluiceValues): string | undefined {
  const printing = values.extraArgs.find((arg) => PRINTING.includes(arg));
  if (printing !== undefined) return `extraArgs: ${printing} only prints a text, and the pods would end at once`;
  const fault = faultOf(operatorArgs({ ...values, extraArgs: [] }));
  if (fault !== undefined) return inValues(fault);
  const fromExtra = faultOf(operatorArgs(values));
  return fromExtra === undefined
    ? undefined
    : `extraArgs: ${fromExtra.replace('--help lists', 'docs/reference/flags.md lists')}`;
}

function faultOf(args: readonly string[]): string | undefined {
  try {
    checkTogether(readFlags(args).values);
    return undefined;
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
}

/** With the values in place of the flags that they become. */
function inValues(fault: string): string {
  return fault.replace(
    /--([a-z-]+)/g,
    (flag, name: string) => exposureFlags[name as keyof typeof exposureFlags] ?? flag,
  );
}
