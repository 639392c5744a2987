/** Go durations as Receivers write and Events show them. */
const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
const DEFAULT_INTERVAL_MS = 600_000;

/** `spec.interval` in ms; the CRD has checked its form, and what it has not falls back to the default of ten minutes. */
export function intervalMs(interval: string | undefined): number {
  let sum = 0;
  for (const [, amount, unit] of (interval ?? '').matchAll(/([0-9]+(?:\.[0-9]+)?)(ms|s|m|h)/g)) {
    sum += Number(amount) * (UNITS_MS[unit ?? ''] ?? 0);
  }
  return sum > 0 ? sum : DEFAULT_INTERVAL_MS;
}

/** As Go's time.Duration prints it: `10m0s`, `1h0m0s`, `1.5s`, `300ms`. */
export function goDuration(ms: number): string {
  if (ms < 1_000) return `${ms}ms`;
  const hours = Math.floor(ms / 3_600_000);
  const minutes = Math.floor((ms % 3_600_000) / 60_000);
  const seconds = `${(ms % 60_000) / 1_000}s`;
  if (hours > 0) return `${hours}h${minutes}m${seconds}`;
  return minutes > 0 ? `${minutes}m${seconds}` : seconds;
}
