const RUNS = /\p{Ll}+|\p{Lu}+|\p{Nd}+|[^\p{Ll}\p{Lu}\p{Nd}]+/gu;

/**
 * A reason as words in lower case: `HTTPGetFailed2` becomes `http get failed 2`. Lower and upper letters, digits and
 * other characters are words each; the last of several upper letters begins the word of the lower ones after it.
 */
export function reasonWords(reason: string): string {
  const runs = reason.match(RUNS) ?? [];
  const words: string[] = [];
  let begun = '';
  for (const [index, run] of runs.entries()) {
    const next = runs[index + 1] ?? '';
    if (/^\p{Lu}/u.test(run) && /^\p{Ll}/u.test(next)) {
      const letters = [...run];
      begun = letters.pop() ?? '';
      if (letters.length > 0) words.push(letters.join(''));
    } else {
      words.push(begun + run);
      begun = '';
    }
  }
  return words.join(' ').toLowerCase();
}
