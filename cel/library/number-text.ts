/** Doubles as Go writes them. */
import { Failure } from '../evaluate/bounds.ts';

/** More decimals than any double has; Go has no such limit, but a request must not ask for a megabyte of zeros. */
const MAX_PRECISION = 1_100;

function special(value: number): string | undefined {
  if (Number.isNaN(value)) return 'NaN';
  return Number.isFinite(value) ? undefined : value < 0 ? '-Infinity' : 'Infinity';
}

/** The shortest digits that give this double, and the power of ten of the first. */
function shortest(value: number): { sign: string; digits: string; exponent: number } {
  const [mantissa = '', exponent = ''] = Math.abs(value).toExponential().split('e');
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  return { sign, digits: mantissa.replace('.', ''), exponent: Number(exponent) };
}

/** Without an exponent, in the fewest digits that no other double has: Go's `%f` with precision -1. */
export function decimalOf(value: number): string {
  const word = special(value);
  if (word !== undefined) return word;
  const { sign, digits, exponent } = shortest(value);
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  const fraction = digits.slice(exponent + 1);
  return `${sign}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

/** Go's `%g`. */
export function generalOf(value: number): string {
  const word = special(value);
  if (word !== undefined) return word.replace('Infinity', 'Inf').replace(/^Inf/, '+Inf');
  const { sign, digits, exponent } = shortest(value);
  if (value === 0 || (exponent >= -4 && exponent < 6)) return decimalOf(value);
  const fraction = digits.slice(1);
  return `${sign}${digits[0]}${fraction === '' ? '' : `.${fraction}`}e${showExponent(exponent)}`;
}

const showExponent = (exponent: number): string =>
  `${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;

/** |value| * 10^power, rounded to the nearest whole number, and to even when there are two: exact. */
function scaled(value: number, power: number): bigint {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, Math.abs(value));
  const word = bits.getBigUint64(0);
  const stored = Number(word >> 52n);
  const mantissa = (word & 0xfffffffffffffn) | (stored === 0 ? 0n : 1n << 52n);
  const exponent = Math.max(stored, 1) - 1_075;
  const top = mantissa * (exponent > 0 ? 1n << BigInt(exponent) : 1n) * 10n ** BigInt(Math.max(power, 0));
  const bottom = (exponent < 0 ? 1n << BigInt(-exponent) : 1n) * 10n ** BigInt(Math.max(-power, 0));
  const rest = top % bottom;
  const roundUp = rest * 2n > bottom || (rest * 2n === bottom && (top / bottom) % 2n === 1n);
  return top / bottom + (roundUp ? 1n : 0n);
}

function checkPrecision(precision: number): void {
  if (precision > MAX_PRECISION) throw new Failure('a precision beyond any double');
}

const signOf = (value: number): string => (value < 0 || Object.is(value, -0) ? '-' : '');

/** With so many decimals: Go's `%.2f`. */
export function fixedOf(value: number, precision: number): string {
  checkPrecision(precision);
  const word = special(value);
  if (word !== undefined) return word;
  const digits = scaled(value, precision)
    .toString()
    .padStart(precision + 1, '0');
  const whole = digits.slice(0, digits.length - precision);
  return `${signOf(value)}${whole}${precision === 0 ? '' : `.${digits.slice(digits.length - precision)}`}`;
}

/** With an exponent: Go's `%.2e`. */
export function scientificOf(value: number, precision: number): string {
  checkPrecision(precision);
  const word = special(value);
  if (word !== undefined) return word;
  let exponent = value === 0 ? 0 : shortest(value).exponent;
  let digits = scaled(value, precision - exponent).toString();
  if (digits.length > precision + 1) {
    exponent += 1;
    digits = digits.slice(0, -1);
  }
  digits = digits.padEnd(precision + 1, '0');
  return `${signOf(value)}${digits[0]}${precision === 0 ? '' : `.${digits.slice(1)}`}e${showExponent(exponent)}`;
}
