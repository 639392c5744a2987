/** Where a token is pasted. It is kept in memory: another tab, or this one loaded again, has none. */
import { useEffect, useRef } from 'preact/hooks';
import { token } from '../state/token.ts';
import { tokenDialogOpen } from '../state/token-dialog.ts';

/** What is none is not sent: a browser refuses to, and the page could not say why. */
const TOKEN = '\\s*([Bb]earer\\s+)?[\\w.~+\\/\\-]+=*\\s*';

export function TokenDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const open = tokenDialogOpen.value;
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  const close = (): void => {
    if (field.current !== null) field.current.value = '';
    tokenDialogOpen.value = false;
  };
  const use = (event: Event): void => {
    event.preventDefault();
    token.value = (field.current?.value ?? '').trim().replace(/^Bearer\s+/i, '');
    close();
  };
  return (
    <dialog ref={dialog} aria-labelledby="token-title" onClose={close}>
      <form onSubmit={use}>
        <h2 id="token-title">Token</h2>
        <p>
          The cluster decides by it what you see. It stays in the memory of this tab, and is forgotten when you reload
          or close it.
        </p>
        <pre class="wrapped">kubectl create token my-account --namespace apps</pre>
        <label for="token-field">Bearer token</label>
        <input
          id="token-field"
          ref={field}
          type="password"
          autocomplete="off"
          spellcheck={false}
          required
          pattern={TOKEN}
          title="Letters, digits and . ~ + / - _ alone"
        />
        <div class="buttons">
          <button type="submit" class="primary">
            Use token
          </button>
          <button type="button" onClick={close}>
            Cancel
          </button>
        </div>
      </form>
    </dialog>
  );
}
