/** What a flag is: its name, its text for people, and how its value is read. */
import { parseGoDuration, printGoDuration } from '../api/go-duration.ts';
import type { ListenAddress } from '../http/address.ts';
import { parseTrustedProxies, type TrustedProxies } from '../http/sender/trusted-proxies.ts';
import { parseAddress } from './parse-address.ts';
import { parseBytes } from './parse-bytes.ts';

export const flagGroups = [
  'Servers',
  'Receivers',
  'Exposure',
  'Alerts',
  'Brokers',
  'Deliveries',
  'Kubernetes API',
  'Leader election',
  'Limits',
  'Logs and metrics',
] as const;
export type FlagGroup = (typeof flagGroups)[number];

/** What every flag says of itself. */
export interface FlagText {
  /** Without its dashes. */
  readonly name: string;
  readonly group: FlagGroup;
  /** One line, no full stop. */
  readonly help: string;
  /** It does less than it says with Flux: said in one line when somebody sets it. */
  readonly notice?: string;
}

export interface Flag<T> extends FlagText {
  /** For help: `duration`, `address`, … */
  readonly type: string;
  /** As one would write it. */
  readonly default: string;
  /** Whether the flag alone means `true`. */
  readonly alone: boolean;
  /** The value, or what is expected instead (`a duration such as 750ms or 1h2m`). `given`: it is not the default. */
  parse(text: string, given?: boolean): { readonly value: T } | { readonly expected: string };
}

interface Bounds {
  readonly min: number;
  readonly max?: number;
}

export function stringFlag(text: FlagText & { readonly default?: string }): Flag<string> {
  return { ...text, type: 'string', default: text.default ?? '', alone: false, parse: (value) => ({ value }) };
}

const booleans: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['t', true],
  ['1', true],
  ['false', false],
  ['f', false],
  ['0', false],
]);

export function booleanFlag(text: FlagText & { readonly default: boolean }): Flag<boolean> {
  return {
    ...text,
    type: 'boolean',
    default: String(text.default),
    alone: true,
    parse(written) {
      const value = booleans.get(written.toLowerCase());
      return value === undefined ? { expected: 'true or false' } : { value };
    },
  };
}

export function choiceFlag<const T extends string>(
  text: FlagText & { readonly choices: readonly T[]; readonly default: NoInfer<T> },
): Flag<T> {
  const { choices } = text;
  return {
    ...text,
    type: choices.join('|'),
    alone: false,
    parse(written) {
      const value = choices.find((choice) => choice === written);
      return value === undefined ? { expected: `one of ${choices.join(', ')}` } : { value };
    },
  };
}

export function integerFlag(text: FlagText & Bounds & { readonly default: number }): Flag<number> {
  return numberLike(text, 'integer', 'a whole number', String(text.default), (written) =>
    /^[+-]?\d{1,15}$/.test(written) ? Number(written) : undefined,
  );
}

export function numberFlag(text: FlagText & Bounds & { readonly default: number }): Flag<number> {
  return numberLike(text, 'number', 'a number', String(text.default), (written) =>
    /^[+-]?(\d{1,15}(\.\d*)?|\.\d+)$/.test(written) ? Number(written) : undefined,
  );
}

/** In milliseconds. */
export function durationFlag(text: FlagText & Partial<Bounds> & { readonly default: string }): Flag<number> {
  return numberLike({ min: 0, ...text }, 'duration', 'a duration such as 750ms or 1h2m', text.default, parseGoDuration);
}

export function bytesFlag(text: FlagText & Bounds & { readonly default: string }): Flag<number> {
  return numberLike(text, 'bytes', 'an amount such as 512Ki or 64Mi', text.default, parseBytes);
}

export function addressFlag(text: FlagText & { readonly default: string }): Flag<ListenAddress> {
  return {
    ...text,
    type: 'address',
    alone: false,
    parse(written) {
      const address = parseAddress(written);
      if (address === undefined) return { expected: 'an address such as :9292, host:port or [::1]:80' };
      return { value: Object.freeze({ ...address, flag: `--${text.name}`, text: written }) };
    },
  };
}

/** As {@link addressFlag}, but `none` for no address; default ''. */
export function optionalAddressFlag(
  text: FlagText & { readonly default: string; readonly none?: string },
): Flag<ListenAddress | undefined> {
  const { none = '' } = text;
  const flag = addressFlag(text);
  return { ...flag, parse: (written) => (written === none ? { value: undefined } : flag.parse(written)) };
}

/** As {@link optionalAddressFlag}, of a server that is left out where its default address cannot be had. */
export function spareAddressFlag(text: FlagText & { readonly default: string }): Flag<ListenAddress | undefined> {
  const flag = optionalAddressFlag(text);
  return {
    ...flag,
    parse(written, given) {
      const parsed = flag.parse(written);
      if (given === true || 'expected' in parsed || parsed.value === undefined) return parsed;
      return { value: Object.freeze({ ...parsed.value, spare: true as const }) };
    },
  };
}

/** CIDRs and single addresses, separated by commas; the value is what tells whether an address is one of them. */
export function cidrsFlag(text: FlagText): Flag<TrustedProxies> {
  return {
    ...text,
    type: 'CIDRs',
    default: '',
    alone: false,
    parse(written) {
      const trusted = parseTrustedProxies(written === '' ? [] : written.split(','));
      return trusted === undefined ? { expected: 'CIDRs such as 10.0.0.0/8,fd00::/8' } : { value: trusted };
    },
  };
}

function numberLike(
  text: FlagText & Bounds,
  type: string,
  expected: string,
  defaultText: string,
  read: (written: string) => number | undefined,
): Flag<number> {
  const { min, max = Number.POSITIVE_INFINITY } = text;
  const show = type === 'duration' ? printGoDuration : String;
  return {
    ...text,
    type,
    default: defaultText,
    alone: false,
    parse(written) {
      const value = read(written);
      if (value === undefined) return { expected };
      if (value < min) return { expected: `${expected}, ${show(min)} at least` };
      if (value > max) return { expected: `${expected}, ${show(max)} at most` };
      return { value };
    },
  };
}
