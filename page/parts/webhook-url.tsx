/** The URL of a webhook, whose path is a secret: masked until somebody asks. */
import { useSignal } from '@preact/signals';
import { maskUrl } from '../words/mask-url.ts';
import { CopyButton } from './copy-button.tsx';

interface WebhookUrlProps {
  readonly url: string;
  /** `namespace/name` */
  readonly of: string;
}

export function WebhookUrl({ url, of }: WebhookUrlProps) {
  const shown = useSignal(false);
  return (
    <span class="webhook-url">
      <code class={shown.value ? 'shown' : ''} title={shown.value ? url : 'Its path is hidden'}>
        {shown.value ? url : maskUrl(url).replace(/^https?:\/\//, '')}
      </code>
      <button
        type="button"
        class="quiet"
        aria-pressed={shown.value}
        aria-label={`Show the URL of ${of}`}
        onClick={() => {
          shown.value = !shown.value;
        }}
      >
        {shown.value ? 'Hide' : 'Show'}
      </button>
      <CopyButton text={() => url} label={`the URL of ${of}`} />
    </span>
  );
}
