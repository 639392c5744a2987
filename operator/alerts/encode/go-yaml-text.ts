/**
 * The text that a plain scalar of YAML becomes where Flux's controller reads it into a string: the text of its value, as
 * sigs.k8s.io/yaml has it. `1.0` is `1`, `yes` is `true`; a time such as `12:30` stays a text.
 */

const WORDS = new Map<string, string>(
  Object.entries({
    '': ['', '~', 'null', 'Null', 'NULL'],
    true: ['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'],
    false: ['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'],
    NaN: ['.nan', '.NaN', '.NAN'],
    '+Inf': ['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'],
    '-Inf': ['-.inf', '-.Inf', '-.INF'],
  }).flatMap(([text, words]) => words.map((word) => [word, text] as const)),
);

/** A zero before other digits means octal. */
const INTEGER = /^([-+]?)(?:(0[xX][\da-fA-F]+|0[oO][0-7]+|0[bB][01]+|[1-9]\d*|0)|0([0-7]+))$/;
const FLOAT = /^[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$/;
const [LEAST, MOST, MOST_UNSIGNED] = [-(2n ** 63n), 2n ** 63n - 1n, 2n ** 64n - 1n];
/** Significant digits that tell every number of 32 bits from its neighbours. */
const MOST_DIGITS = 9;

export function goYamlText(plain: string): string {
  const word = WORDS.get(plain);
  if (word !== undefined) return word;
  if (!/^[-+.\d]/.test(plain)) return plain;
  const digits = plain.startsWith('.') ? plain : plain.replaceAll('_', '');
  return integerText(digits) ?? floatText(digits) ?? plain;
}

function integerText(digits: string): string | undefined {
  const [, sign, number, octal] = INTEGER.exec(digits) ?? [];
  if (sign === undefined) return undefined;
  const size = BigInt(number ?? `0o${octal}`);
  const value = sign === '-' ? -size : size;
  const isIn = value >= LEAST && value <= (sign === '' ? MOST_UNSIGNED : MOST);
  return isIn ? String(value) : undefined;
}

/** With the precision of 32 bits, and an exponent from a million on. */
function floatText(digits: string): string | undefined {
  const value = FLOAT.test(digits) ? Number(digits) : Number.NaN;
  if (!Number.isFinite(value)) return undefined;
  const single = Math.fround(value);
  if (!Number.isFinite(single)) return single > 0 ? '+Inf' : '-Inf';
  if (single === 0) return Object.is(single, -0) ? '-0' : '0';
  const [mantissa = '', exponent = ''] = shortest(single).split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(Number(`${mantissa}e${exponent}`));
  return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

/** In scientific notation, with the fewest digits that are read as the same number of 32 bits. */
function shortest(single: number): string {
  for (let count = 0; count < MOST_DIGITS - 1; count += 1) {
    const text = single.toExponential(count);
    if (Math.fround(Number(text)) === single) return text;
  }
  return single.toExponential(MOST_DIGITS - 1);
}
