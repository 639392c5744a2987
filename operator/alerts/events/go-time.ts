const RFC_3339 = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})([.,]\d+)?(Z|[+-]\d{2}:\d{2})$/;
/** Months have 28 days at least, and no more than twelve are in a year. */
const MAY_BE_NONE = /-(?:00|1[3-9]|[2-9]\d)-|-(?:00|29|[3-9]\d)$/;
const ZERO_TIME = '0001-01-01T00:00:00Z';

/**
 * A time as Kubernetes' API types read and write it: RFC 3339 in; in UTC with whole seconds out; the zero time is null.
 * @returns undefined for what is no such time.
 */
export function goTime(text: string): string | null | undefined {
  const [, date, time, , zone] = RFC_3339.exec(text) ?? [];
  if (date === undefined || time === undefined || zone === undefined || !isDate(date)) return undefined;
  const parsed = new Date(`${date}T${time}${zone}`);
  if (Number.isNaN(parsed.getTime())) return undefined;
  const utc = `${parsed.toISOString().slice(0, 19)}Z`;
  return utc === ZERO_TIME ? null : utc;
}

/** Date makes the 31st of April the 1st of May. */
function isDate(date: string): boolean {
  if (!MAY_BE_NONE.test(date)) return true;
  const parsed = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(date);
}
