/** The payload that is tried: a kept one, a sample, or one's own. */
import { useId } from 'preact/hooks';
import { now } from '../state/now.ts';
import { choose, isWithoutBody, kept, pastePayload, question, receiver, setEvent } from '../state/playground.ts';
import { clockTime } from '../words/durations.ts';
import { eventHeaders } from '../words/event-headers.ts';
import { announcedWords } from '../words/revision-words.ts';
import { RedactedNote } from './redacted-note.tsx';

export function PayloadEditor() {
  const id = useId();
  const { source, payload, event } = question.value;
  const type = receiver.value?.type ?? '';
  const eventHeader = eventHeaders[type];
  return (
    <div class="editor">
      <label for={`${id}-source`}>Payload</label>
      <select id={`${id}-source`} value={source} onChange={(change) => void choose(change.currentTarget.value)}>
        {kept.value.map(({ id: delivery, at, event: name = '', announced }) => (
          <option key={delivery} value={delivery}>
            {['Kept:', clockTime(at, now.value), name, announcedWords(announced)].filter(Boolean).join(' ')}
          </option>
        ))}
        <option value="sample">Sample of type {type}</option>
        <option value="pasted">Pasted</option>
      </select>
      {kept.value.some(({ id: delivery, redacted }) => delivery === source && redacted) ? <RedactedNote /> : null}
      {isWithoutBody.value ? (
        <small role="status">The body of the delivery that the link names is not kept.</small>
      ) : null}
      {eventHeader === undefined ? null : (
        <label class="event">
          {eventHeader}
          <input value={event} spellcheck={false} onInput={(input) => setEvent(input.currentTarget.value)} />
        </label>
      )}
      <label class="hidden" for={`${id}-payload`}>
        Payload as JSON
      </label>
      <textarea
        id={`${id}-payload`}
        class="payload-field"
        spellcheck={false}
        value={payload}
        onInput={(input) => pastePayload(input.currentTarget.value)}
      />
    </div>
  );
}
