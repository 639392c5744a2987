/** Timestamps and durations: reading, writing, arithmetic within cel-go's range, and the parts of a date. */
import { Failure } from '../evaluate/bounds.ts';
import { CelDuration, CelTimestamp } from '../evaluate/values.ts';
import { decimalOf } from './number-text.ts';

export const SECOND = 1_000_000_000n;
const MIN_SECONDS = -62_135_596_800n;
const MAX_SECONDS = 253_402_300_799n;
const TIMESTAMP_RANGE = new Failure('timestamp overflow');
const DURATION_RANGE = new Failure('duration overflow');
const NO_TIMESTAMP = new Failure('not an RFC 3339 timestamp');
const NO_DURATION = new Failure('not a duration');
const NO_TIME_ZONE = new Failure('no such time zone');
const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:[.,](\d+))?(?:Z|([+-])(\d\d):(\d\d))$/;
const DURATION_PART = /(\d*)(?:\.(\d*))?(ns|us|\u00b5s|\u03bcs|ms|s|m|h)/y;
const UNITS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: SECOND,
  m: 60n * SECOND,
  h: 3_600n * SECOND,
};

const floorSeconds = (nanos: bigint): bigint => (nanos - modulo(nanos, SECOND)) / SECOND;
const modulo = (value: bigint, by: bigint): bigint => ((value % by) + by) % by;

/** @throws Failure outside of the years 1 to 9999. */
export function timestampOf(nanos: bigint, offsetSeconds = 0): CelTimestamp {
  const seconds = floorSeconds(nanos);
  if (seconds < MIN_SECONDS || seconds > MAX_SECONDS) throw TIMESTAMP_RANGE;
  return new CelTimestamp(nanos, offsetSeconds);
}

/** @throws Failure outside of 64 bits of nanoseconds. */
export function durationOf(nanos: bigint): CelDuration {
  if (BigInt.asIntN(64, nanos) !== nanos) throw DURATION_RANGE;
  return new CelDuration(nanos);
}

export function parseTimestamp(text: string): CelTimestamp {
  const found = RFC3339.exec(text);
  if (found === null) throw NO_TIMESTAMP;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found.slice(1, 7).map(Number);
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second);
  const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  const [offsetHours, offsetMinutes] = [Number(found[9] ?? 0), Number(found[10] ?? 0)];
  if (!exists || hour > 23 || minute > 59 || second > 59 || offsetHours > 24 || offsetMinutes >= 60) throw NO_TIMESTAMP;
  const offset = (found[8] === '-' ? -1 : 1) * (offsetHours * 3_600 + offsetMinutes * 60);
  const fraction = BigInt((found[7] ?? '').slice(0, 9).padEnd(9, '0'));
  return timestampOf(BigInt(date.getTime()) * 1_000_000n - BigInt(offset) * SECOND + fraction, offset);
}

/** RFC 3339 with as many digits of the second's fraction as there are, in the offset given. */
export function showTimestamp(timestamp: CelTimestamp, offsetSeconds = timestamp.offsetSeconds): string {
  const local = timestamp.nanos + BigInt(offsetSeconds) * SECOND;
  const iso = new Date(Number(floorSeconds(local)) * 1_000).toISOString().slice(0, 19);
  const digits = modulo(local, SECOND).toString().padStart(9, '0').replace(/0+$/, '');
  const zone = offsetSeconds === 0 ? 'Z' : showOffset(offsetSeconds);
  return `${iso}${digits === '' ? '' : `.${digits}`}${zone}`;
}

function showOffset(seconds: number): string {
  const minutes = Math.trunc(Math.abs(seconds) / 60);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${seconds < 0 ? '-' : '+'}${two(Math.trunc(minutes / 60))}:${two(minutes % 60)}`;
}

/** Go's form: `1h2m3.5s`, with a sign perhaps, or `0`. */
export function parseDuration(text: string): CelDuration {
  const body = text.replace(/^[+-]/, '');
  const sign = text.startsWith('-') ? -1n : 1n;
  if (body === '0') return new CelDuration(0n);
  if (body === '' || body.length > 100) throw NO_DURATION;
  let nanos = 0n;
  for (let at = 0; at < body.length; ) {
    DURATION_PART.lastIndex = at;
    const found = DURATION_PART.exec(body);
    if (found === null) throw NO_DURATION;
    const [whole = '', fraction = ''] = [found[1], found[2]];
    if (whole === '' && fraction === '') throw NO_DURATION;
    const unit = UNITS[found[3] ?? ''] ?? 0n;
    nanos += BigInt(whole) * unit + (BigInt(fraction) * unit) / 10n ** BigInt(fraction.length);
    at = DURATION_PART.lastIndex;
  }
  return durationOf(sign * nanos);
}

/** In seconds with a fraction: `3.5s`. */
export function showDuration(duration: CelDuration): string {
  const seconds = Number(duration.nanos / SECOND) + Number(duration.nanos % SECOND) / 1e9;
  return `${decimalOf(seconds)}s`;
}

type Time = CelTimestamp | CelDuration;

export function addTimes(a: Time, b: Time): Time {
  const nanos = a.nanos + b.nanos;
  if (a instanceof CelDuration && b instanceof CelDuration) return durationOf(nanos);
  if (a instanceof CelTimestamp && b instanceof CelTimestamp) throw new Failure('no such overload');
  return timestampOf(nanos, a instanceof CelTimestamp ? a.offsetSeconds : (b as CelTimestamp).offsetSeconds);
}

export function subtractTimes(a: Time, b: Time): Time {
  const nanos = a.nanos - b.nanos;
  if (a instanceof CelTimestamp && b instanceof CelDuration) return timestampOf(nanos, a.offsetSeconds);
  if (a instanceof CelDuration && b instanceof CelTimestamp) throw new Failure('no such overload');
  // cel-go multiplies the difference of whole seconds first.
  if (a instanceof CelTimestamp) durationOf((floorSeconds(a.nanos) - floorSeconds(b.nanos)) * SECOND);
  return durationOf(nanos);
}

/** How many whole units a duration has. Go counts them in a double, which the last nanoseconds before a unit may fill up. */
export function unitsOf({ nanos }: CelDuration, unit: bigint): bigint {
  return BigInt(Math.trunc(Number(nanos / unit) + Number(nanos % unit) / Number(unit)));
}

/** The timestamp's wall clock in a zone (a name, or `+02:00`), as a Date whose UTC parts it is. */
export function wallClock(timestamp: CelTimestamp, zone = 'UTC'): Date {
  const date = new Date(Number(floorSeconds(timestamp.nanos)) * 1_000 + millisecondsOf(timestamp));
  return new Date(date.getTime() + offsetAt(date, zone));
}

const millisecondsOf = (timestamp: CelTimestamp): number => Number(modulo(timestamp.nanos, SECOND) / 1_000_000n);

function offsetAt(date: Date, zone: string): number {
  // Local is the zone of the process in Go, and that of Flux's image is UTC.
  if (zone === 'UTC' || zone === 'Local' || zone === '') return 0;
  const numeric = /^([+-]?\d{1,4}):([+-]?\d{1,4})$/.exec(zone);
  if (numeric !== null) {
    const [hours, minutes] = [Number(numeric[1]), Number(numeric[2])];
    return (hours * 60 + (zone.startsWith('-') ? -minutes : minutes)) * 60_000;
  }
  // Intl takes offsets and any case as well, which Go's database does not.
  if (!/^[A-Z][\w+-]*(?:\/[A-Z][\w+-]*)*$/.test(zone)) throw NO_TIME_ZONE;
  let parts: Intl.DateTimeFormatPart[];
  try {
    parts = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    }).formatToParts(date);
  } catch {
    throw NO_TIME_ZONE;
  }
  const text = (type: string) => parts.find((candidate) => candidate.type === type)?.value;
  const part = (type: string) => Number(text(type));
  // The year before 1 is 0.
  const year = text('era') === 'BC' ? 1 - part('year') : part('year');
  const local = new Date(0);
  local.setUTCFullYear(year, part('month') - 1, part('day'));
  local.setUTCHours(part('hour'), part('minute'), part('second'), date.getUTCMilliseconds());
  return local.getTime() - date.getTime();
}
