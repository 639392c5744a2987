/** Reads server-sent events from text that comes in pieces, as the HTML standard parses them. */

export interface ServerSentEvent {
  readonly event: string;
  readonly data: string;
  /** The last id that was sent, by this event or one before. */
  readonly id: string;
}

interface State {
  /** What may be continued by the next piece. */
  rest: string;
  event: string;
  data: string[];
  id: string;
}

/** @returns a function that takes a piece of text and gives the events that it completes. */
export function serverSentEvents(): (piece: string) => ServerSentEvent[] {
  const state: State = { rest: '', event: '', data: [], id: '' };
  return (piece) => {
    // A line feed may follow in the next piece.
    const text = state.rest + piece;
    const complete = text.endsWith('\r') ? text.slice(0, -1) : text;
    const lines = complete.split(/\r\n|\r|\n/);
    state.rest = (lines.pop() ?? '') + text.slice(complete.length);
    return lines.flatMap((line) => takeLine(state, line));
  };
}

function takeLine(state: State, line: string): ServerSentEvent[] {
  if (line === '') return dispatch(state);
  const colon = line.indexOf(':');
  const field = colon < 0 ? line : line.slice(0, colon);
  const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
  if (field === 'event') state.event = value;
  else if (field === 'data') state.data.push(value);
  else if (field === 'id') state.id = value;
  return [];
}

function dispatch(state: State): ServerSentEvent[] {
  const { event, data, id } = state;
  state.event = '';
  state.data = [];
  return data.length === 0 ? [] : [{ event: event === '' ? 'message' : event, data: data.join('\n'), id }];
}
