/** Remembers what was asked for once. */
export interface Remembered<T> {
  (signal: AbortSignal): Promise<T>;
  /** The next one who asks learns anew. */
  forget(): void;
}

/**
 * Keeps what `learn` found. A failure is not kept: the next one who asks learns anew. Who asks meanwhile waits for the
 * same answer.
 * @param isCurrent false: it is learnt anew.
 */
export function remembered<T>(
  learn: (signal: AbortSignal) => Promise<T>,
  isCurrent: (value: T) => boolean = () => true,
): Remembered<T> {
  let known: { readonly value: T } | undefined;
  let learning: Promise<T> | undefined;
  const ask = async (signal: AbortSignal) => {
    if (known !== undefined && isCurrent(known.value)) return known.value;
    learning ??= learn(signal).finally(() => {
      learning = undefined;
    });
    const value = await learning;
    known = { value };
    return value;
  };
  const forget = () => {
    known = undefined;
  };
  return Object.assign(ask, { forget });
}
