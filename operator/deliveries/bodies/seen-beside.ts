/** What filters see of a webhook beside its body: with it a kept body is judged as the webhook was. */
export interface SeenBeside {
  /** Attributes of its event that it has in headers, by their names in lower case. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Of its ID token. */
  readonly claims?: Readonly<Record<string, unknown>> | undefined;
}

/** As JSON; undefined where there is nothing. */
export function printSeen({ headers, claims }: SeenBeside): string | undefined {
  const isEmpty = claims === undefined && Object.keys(headers ?? {}).length === 0;
  return isEmpty ? undefined : JSON.stringify({ headers, claims });
}

/** @param json what {@link printSeen} gave. */
export function readSeen(json: Buffer | string | undefined): SeenBeside {
  return json === undefined ? {} : (JSON.parse(json.toString()) as SeenBeside);
}
