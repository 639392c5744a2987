/**
 * Keeps what `learn` found. A failure is not kept: the next one who asks learns anew. Who asks meanwhile waits for the
 * same answer.
 */
export function remembered<T>(learn: (signal: AbortSignal) => Promise<T>): Remembered<T> {
  let known: { readonly value: T } | undefined;
  let learning: Promise<T> | undefined;
  return async (signal) => {
    if (known !== undefined) return known.value;
    learning ??= learn(signal).finally(() => {
      learning = undefined;
    });
    const value = await learning;
    known = { value };
    return value;
  };
}

/** What was asked for once. */
export type Remembered<T> = (signal: AbortSignal) => Promise<T>;
