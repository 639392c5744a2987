/** Says which replicas did not answer: what they know is missing. */
import { Icon } from './icon.tsx';

export function PartialNotice({ partial }: { readonly partial: readonly string[] }) {
  if (partial.length === 0) return null;
  return (
    <p class="notice warn" role="status">
      <Icon name="warning" tone="warn" />
      <span>
        Not complete: {partial.join(', ')} {partial.length === 1 ? 'does' : 'do'} not answer, so deliveries that arrived
        there are missing.
      </span>
    </p>
  );
}
