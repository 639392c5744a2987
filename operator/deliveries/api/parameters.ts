/** Reads the parameters of a query. Each may come once; what cannot be used is answered 400, by its name. */
import { Problem } from './problem.ts';

/** How many items a list has at most, and where nobody says. */
export const MAX_LIMIT = 100;

/** Undefined where it is absent or empty. @throws Problem when it comes twice. */
export function parameter(query: URLSearchParams, name: string): string | undefined {
  const values = query.getAll(name);
  if (values.length > 1) throw invalid(name, 'it comes twice');
  return values[0] || undefined;
}

/** @throws Problem */
export function limitOf(query: URLSearchParams): number {
  const written = parameter(query, 'limit');
  if (written === undefined) return MAX_LIMIT;
  const limit = /^\d{1,4}$/.test(written) ? Number(written) : 0;
  if (limit < 1 || limit > MAX_LIMIT) throw invalid('limit', `it is a whole number from 1 to ${MAX_LIMIT}`);
  return limit;
}

/** One of `choices`. @throws Problem */
export function choiceOf<T extends string>(query: URLSearchParams, name: string, choices: readonly T[]): T | undefined {
  const written = parameter(query, name);
  if (written === undefined) return undefined;
  const choice = choices.find((each) => each === written);
  if (choice === undefined) throw invalid(name, `it is one of ${choices.join(', ')}`);
  return choice;
}

const WORD = /^[A-Za-z]{1,64}$/;

/** A code, which is one word. @throws Problem */
export function wordOf(query: URLSearchParams, name: string): string | undefined {
  const written = parameter(query, name);
  if (written !== undefined && !WORD.test(written)) throw invalid(name, 'it is one word, such as SignatureMismatch');
  return written;
}

/** The name of an object or a namespace. @throws Problem */
export function nameOf(query: URLSearchParams, name: string): string | undefined {
  const written = parameter(query, name);
  if (written !== undefined && !isName(written)) throw invalid(name, 'it is a name such as apps');
  return written;
}

/** Whether Kubernetes may have an object of that name. */
export function isName(text: string): boolean {
  return /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/.test(text);
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/i;

/** In ms since 1970. @throws Problem when it is no time of RFC 3339. */
export function timeOf(query: URLSearchParams, name: string): number | undefined {
  const written = parameter(query, name);
  if (written === undefined) return undefined;
  const ms = TIME.test(written) ? Date.parse(written) : Number.NaN;
  if (Number.isNaN(ms)) throw invalid(name, 'it is a time such as 2026-11-26T10:00:00Z');
  return ms;
}

/** What `continue` says: a position that a list gave. @throws Problem when none did. */
export function continueOf(query: URLSearchParams): string | undefined {
  const written = parameter(query, 'continue');
  if (written === undefined) return undefined;
  const position = /^[\w-]{1,1000}$/.test(written) ? Buffer.from(written, 'base64url').toString() : '';
  if (!position.startsWith(POSITION) || continueAt(position.slice(POSITION.length)) !== written) {
    throw invalid('continue', 'it is what the list before gave');
  }
  return position.slice(POSITION.length);
}

/** What leads from a list to the one after it. */
export function continueAt(position: string): string {
  return Buffer.from(POSITION + position).toString('base64url');
}

const POSITION = 'v1:';

function invalid(name: string, why: string): Problem {
  return new Problem('ParameterInvalid', `The parameter ${name} cannot be used: ${why}`, { parameter: name });
}
