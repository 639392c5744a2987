/** Reads a stream of server-sent events as it comes. */

import type { RecordView } from '../../../operator/deliveries/records/record-view.ts';
import { serverSentEvents } from '../../../page/api/server-sent-events.ts';

export interface EventStream {
  readonly status: number;
  readonly headers: Headers;
  /** Those that came so far, whose event is `delivery`. */
  readonly records: readonly RecordView[];
  /** The ids that were sent with them. */
  readonly ids: readonly string[];
  /** All that came so far. */
  text(): string;
  /** Whether the other side has ended it. */
  ended(): boolean;
  close(): void;
}

export async function openEventStream(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<EventStream> {
  const abort = new AbortController();
  const response = await fetch(url, { headers, signal: abort.signal });
  const records: RecordView[] = [];
  const ids: string[] = [];
  let text = '';
  let ended = false;
  const read = async () => {
    const parse = serverSentEvents();
    const decoder = new TextDecoder();
    for await (const bytes of response.body ?? []) {
      const piece = decoder.decode(bytes, { stream: true });
      text += piece;
      for (const { event, data, id } of parse(piece)) {
        if (event !== 'delivery') continue;
        records.push(JSON.parse(data) as RecordView);
        ids.push(id);
      }
    }
  };
  void read()
    .catch(() => {})
    .finally(() => {
      ended = true;
    });
  return {
    status: response.status,
    headers: response.headers,
    records,
    ids,
    text: () => text,
    ended: () => ended,
    close: () => abort.abort(),
  };
}
