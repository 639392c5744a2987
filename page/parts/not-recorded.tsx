/** Says that what comes is not remembered, so that nobody waits for it to be shown. */
import { settings } from '../state/settings.ts';
import { Icon } from './icon.tsx';

export function NotRecorded() {
  if (settings.value.records) return null;
  return (
    <p class="notice warn" role="status">
      <Icon name="warning" tone="warn" />
      <span>
        No deliveries are recorded: the operator runs with <code>--delivery-history 0</code>.
      </span>
    </p>
  );
}
