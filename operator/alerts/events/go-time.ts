/** As controllers write it, on a day that every month has. */
const USUAL = /^(?!000)\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;
const RFC_3339 = /^(\d{4})-(\d{2})-(\d{2})T(\d{1,2}):(\d{2}):(\d{2})(?:[.,](\d+))?(?:Z|([+-])(\d{2}):(\d{2}))$/;
const MINUTE_MS = 60_000;
/** Beyond these Go refuses an hour, a minute and a second, and the hours and minutes of a zone. */
const MOST = [23, 59, 59, 24, 60] as const;

/**
 * A time as Kubernetes' API types read and write it: RFC 3339 in, as lenient as Go is; in UTC with whole seconds out; the
 * zero time is null.
 * @returns undefined for what is no such time.
 */
export function goTime(text: string): string | null | undefined {
  if (USUAL.test(text)) return text;
  const match = RFC_3339.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction = '', sign, zoneHours = 0, zoneMinutes = 0] = match;
  const clock = [hour, minute, second, zoneHours, zoneMinutes].map(Number);
  if (clock.some((number, index) => number > (MOST[index] ?? 0))) return undefined;
  const [hours = 0, minutes = 0, seconds = 0, aheadHours = 0, aheadMinutes = 0] = clock;
  const date = dateOf(Number(year), Number(month), Number(day));
  if (date === undefined) return undefined;
  date.setUTCHours(hours, minutes, seconds);
  date.setTime(date.getTime() - (sign === '-' ? -1 : 1) * (aheadHours * 60 + aheadMinutes) * MINUTE_MS);
  const isZero = date.getTime() === dateOf(1, 1, 1)?.getTime();
  return isZero && !/[1-9]/.test(fraction) ? null : written(date);
}

/** Date makes the 31st of April the 1st of May, and the year 1 the year 1901. */
function dateOf(year: number, month: number, day: number): Date | undefined {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date : undefined;
}

function written(date: Date): string {
  const year = date.getUTCFullYear();
  const digits = String(Math.abs(year)).padStart(4, '0');
  return `${year < 0 ? '-' : ''}${digits}${date.toISOString().slice(-20, -5)}Z`;
}
