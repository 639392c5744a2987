/** Amounts of bytes as Kubernetes writes them, in whole numbers: `65536`, `512Ki`, `64Mi`, `1Gi`; `64MiB` is the same as `64Mi`. */

const unitBytes: Readonly<Record<string, number>> = { '': 1, Ki: 1024, Mi: 1024 ** 2, Gi: 1024 ** 3 };

/** Undefined when it is not an amount. */
export function parseBytes(text: string): number | undefined {
  const match = /^(\d{1,15})(?:(Ki|Mi|Gi)B?)?$/.exec(text);
  if (match === null) return undefined;
  const [, digits, unit = ''] = match;
  const bytes = Number(digits) * (unitBytes[unit] ?? Number.NaN);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}
