/** A button that copies text, and says that it has. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Icon } from './icon.tsx';

const SAID_FOR_MS = 2_000;

interface CopyButtonProps {
  /** What is copied, asked for when it is. */
  readonly text: () => string | Promise<string>;
  /** What of, for those who do not see it: `URL of apps/app`. */
  readonly label: string;
  /** Beside the picture. */
  readonly children?: string;
}

export function CopyButton({ text, label, children }: CopyButtonProps) {
  const said = useSignal('');
  const copy = async (): Promise<void> => {
    said.value = (await copied(await text())) ? 'Copied' : 'Cannot copy';
  };
  useEffect(() => {
    if (said.value === '') return;
    const timeout = setTimeout(() => {
      said.value = '';
    }, SAID_FOR_MS);
    return () => clearTimeout(timeout);
  }, [said.value]);
  return (
    <>
      <button
        type="button"
        class="quiet"
        aria-label={children === undefined ? `Copy ${label}` : undefined}
        title={`Copy ${label}`}
        onClick={copy}
      >
        <Icon name={said.value === 'Copied' ? 'check' : 'copy'} />
        {children === undefined ? null : <span>{children}</span>}
      </button>
      {/* Inside of the button nobody would hear it. */}
      <span class="said" role="status">
        {said.value}
      </span>
    </>
  );
}

/** Where the page is not served over TLS or loopback, the browser has no clipboard for it. */
async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copiedFromField(text);
  }
}

function copiedFromField(text: string): boolean {
  const before = document.activeElement;
  const field = document.createElement('textarea');
  field.value = text;
  document.body.append(field);
  field.select();
  const done = document.execCommand('copy');
  field.remove();
  if (before instanceof HTMLElement) before.focus();
  return done;
}
