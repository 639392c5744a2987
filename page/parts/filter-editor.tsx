/** A field for a filter that can mark a part of it. */
import { useId } from 'preact/hooks';

interface FilterEditorProps {
  readonly label: string;
  /** The targets that it is for; '': all. */
  readonly of: string;
  readonly value: string;
  /** Where it is marked; undefined: nowhere. */
  readonly mark: { readonly from: number; readonly to: number } | undefined;
  /** Whether it cannot be read, at the mark. */
  readonly wrong: boolean;
  /** Whether it differs from the Receiver's own. */
  readonly changed: boolean;
  readonly onInput: (value: string) => void;
  /** Back to the Receiver's own. */
  readonly onReset: () => void;
}

export function FilterEditor({ label, of, value, mark, wrong, changed, onInput, onReset }: FilterEditorProps) {
  const id = useId();
  const { from, to } = mark ?? { from: 0, to: 0 };
  return (
    <div class="editor">
      <label for={id}>
        {label}
        {of === '' ? null : <small> {of}</small>}
        {changed ? <small> tried, not saved</small> : null}
      </label>
      {changed ? (
        <button type="button" class="quiet" onClick={onReset}>
          As in the Receiver
        </button>
      ) : null}
      <div class="marked">
        {/* What is behind the field has the same text in the same place. */}
        <pre aria-hidden="true">
          {value.slice(0, from)}
          <mark class={wrong ? 'wrong' : ''}>{value.slice(from, to)}</mark>
          {value.slice(to)}{' '}
        </pre>
        <textarea
          id={id}
          spellcheck={false}
          autocapitalize="off"
          rows={2}
          value={value}
          aria-invalid={wrong}
          placeholder="None: every target passes"
          onInput={(event) => onInput(event.currentTarget.value)}
        />
      </div>
    </div>
  );
}
