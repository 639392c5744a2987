/** The field of a JSON object if it is a string, else ''. What an object inherits is none of its fields. */
export function textOf(object: Readonly<Record<string, unknown>>, name: string): string {
  const value = Object.hasOwn(object, name) ? object[name] : undefined;
  return typeof value === 'string' ? value : '';
}

/** Whether all these fields of a JSON object are strings. */
export function hasTexts(object: Readonly<Record<string, unknown>>, names: readonly string[]): boolean {
  return names.every((name) => Object.hasOwn(object, name) && typeof object[name] === 'string');
}
