/**
 * One copy of strings that many objects have. JSON.parse makes each anew, and of thousands of objects of one kind half
 * of the text is the same.
 */

/** Of those that came before, so many are remembered at most; what comes often is soon among them again. */
const MOST_REMEMBERED = 512;
/** Longer ones are rarely the same. */
const LONGEST = 256;

/** Puts the copies that it knows in the place of equal strings, in an object fresh from JSON.parse, however deep. */
export type ShareStrings = (object: object) => void;

export function createShareStrings(): ShareStrings {
  const remembered = new Map<string, string>();

  function shared(text: string): string {
    const known = remembered.get(text);
    if (known !== undefined || text.length > LONGEST) return known ?? text;
    if (remembered.size === MOST_REMEMBERED) remembered.clear();
    remembered.set(text, text);
    return text;
  }

  function share(object: object): void {
    const fields = object as Record<string, unknown>;
    for (const name of Object.keys(fields)) {
      const value = fields[name];
      if (typeof value === 'string') fields[name] = shared(value);
      else if (typeof value === 'object' && value !== null) share(value);
    }
  }

  return share;
}
