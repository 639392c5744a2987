/** Reads and prints durations as Go's time.ParseDuration and Duration.String do: `1h2m3.5s`, `750ms`, `10m0s`. */

const NS_PER_MS = 1_000_000n;
const NS_PER_SECOND = 1_000_000_000n;

/** The micro sign and the Greek letter are both read; the sign is printed. */
const UNITS_NS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  '\u00b5s': 1_000n,
  '\u03bcs': 1_000n,
  ms: NS_PER_MS,
  s: NS_PER_SECOND,
  m: 60n * NS_PER_SECOND,
  h: 3_600n * NS_PER_SECOND,
};

const PART = /(\d*)(?:\.(\d*))?(ns|us|\u00b5s|\u03bcs|ms|s|m|h)/y;
/** A duration is 64 bits with a sign; its amount may be one larger below zero. */
const LARGEST = 2n ** 63n;
const LARGEST_DIGITS = 19;

/**
 * Works in whole nanoseconds; as a number of milliseconds they are exact up to 99 days, whole milliseconds always.
 *
 * @returns milliseconds; undefined when Go reads no duration there, or when it does not fit in 64 bits of nanoseconds.
 * A bare `0` is a duration; any other number needs its unit.
 */
export function parseGoDuration(text: string): number | undefined {
  const isNegative = text.startsWith('-');
  const amount = readAmount(/^[+-]/.test(text) ? text.slice(1) : text);
  if (amount === undefined || (amount === LARGEST && !isNegative)) return undefined;
  const durationMs = Number(amount / NS_PER_MS) + Number(amount % NS_PER_MS) / Number(NS_PER_MS);
  return isNegative && amount > 0n ? -durationMs : durationMs;
}

/** Prints milliseconds, rounded to whole nanoseconds. */
export function printGoDuration(durationMs: number): string {
  if (durationMs < 0) return `-${printGoDuration(-durationMs)}`;
  const wholeMs = Math.floor(durationMs);
  return print(BigInt(wholeMs) * NS_PER_MS + BigInt(Math.round((durationMs - wholeMs) * Number(NS_PER_MS))));
}

function print(duration: bigint): string {
  if (duration === 0n) return '0s';
  if (duration < 1_000n) return `${duration}ns`;
  if (duration < NS_PER_MS) return `${decimal(duration, 3)}\u00b5s`;
  if (duration < NS_PER_SECOND) return `${decimal(duration, 6)}ms`;
  const minutes = duration / (60n * NS_PER_SECOND);
  const seconds = `${decimal(duration % (60n * NS_PER_SECOND), 9)}s`;
  if (minutes === 0n) return seconds;
  return minutes < 60n ? `${minutes}m${seconds}` : `${minutes / 60n}h${minutes % 60n}m${seconds}`;
}

function readAmount(text: string): bigint | undefined {
  if (text === '0') return 0n;
  if (text === '') return undefined;
  let sum = 0n;
  PART.lastIndex = 0;
  while (PART.lastIndex < text.length) {
    const [, whole = '', fraction = '', unit = ''] = PART.exec(text) ?? [];
    const unitNs = UNITS_NS[unit];
    const digits = whole.replace(/^0+/, '');
    if (unitNs === undefined || whole + fraction === '' || digits.length > LARGEST_DIGITS) return undefined;
    sum += BigInt(digits) * unitNs + fractionNs(fraction, unitNs);
    if (sum > LARGEST) return undefined;
  }
  return sum;
}

/** As Go works it out: digits that do not fit in 64 bits do not count, and the product is one of floating point. */
function fractionNs(digits: string, unitNs: bigint): bigint {
  let amount = 0n;
  let scale = 1;
  for (const digit of digits) {
    const longer = amount * 10n + BigInt(digit);
    if (longer > LARGEST) break;
    amount = longer;
    scale *= 10;
  }
  return BigInt(Math.trunc(Number(amount) * (Number(unitNs) / scale)));
}

/** `value` / 10^`places`, without zeros at its end. */
function decimal(value: bigint, places: number): string {
  const digits = value.toString().padStart(places + 1, '0');
  const fraction = digits.slice(-places).replace(/0+$/, '');
  return `${digits.slice(0, -places)}${fraction === '' ? '' : `.${fraction}`}`;
}
