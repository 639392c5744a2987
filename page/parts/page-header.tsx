/** The bar at the top: where one is, where one can go, whether what is shown is live, and as whom. */
import { type StreamState, streamState } from '../api/follow.ts';
import { route } from '../state/current-route.ts';
import { token } from '../state/token.ts';
import { tokenDialogOpen } from '../state/token-dialog.ts';
import { fragmentOf, type Route } from '../words/route.ts';
import { Icon } from './icon.tsx';

const places: readonly { readonly name: string; readonly to: Route }[] = [
  { name: 'Receivers', to: { screen: 'objects', kind: 'receivers' } },
  { name: 'BrokerReceivers', to: { screen: 'objects', kind: 'brokerreceivers' } },
  { name: 'Alerts', to: { screen: 'objects', kind: 'alerts' } },
  { name: 'Playground', to: { screen: 'playground', namespace: '', name: '', delivery: '' } },
];

const streamWords: Readonly<Record<StreamState, string>> = {
  off: '',
  connecting: 'Connecting',
  live: 'Live',
  lost: 'Connection lost, trying again',
  limited: 'Not live: too many pages are open',
  denied: 'Not live',
  absent: 'Not live',
};

export function PageHeader() {
  return (
    <header class="page-header">
      <a class="brand" href="#/receivers">
        <svg viewBox="0 0 32 32" aria-hidden="true">
          <path d="M4 9h9v14H4zM19 9h9v14h-9z" />
          <path class="water" d="M2 26c4-3 8 3 14 0s10 3 14 0" />
        </svg>
        Sluice
      </a>
      <nav aria-label="Screens">
        {places.map(({ name, to }) => (
          <a key={name} href={fragmentOf(to)} aria-current={isAt(route.value, to) ? 'page' : undefined}>
            {name}
          </a>
        ))}
      </nav>
      <span class={`stream ${streamState.value}`} role="status">
        {streamWords[streamState.value]}
      </span>
      <TokenButton />
    </header>
  );
}

function isAt(at: Route, place: Route): boolean {
  if (place.screen === 'playground') return at.screen === 'playground';
  return at.screen !== 'playground' && place.screen === 'objects' && at.kind === place.kind;
}

function TokenButton() {
  if (token.value !== '') {
    return (
      <button
        type="button"
        onClick={() => {
          token.value = '';
        }}
      >
        <Icon name="key" /> Forget token
      </button>
    );
  }
  return (
    <button
      type="button"
      onClick={() => {
        tokenDialogOpen.value = true;
      }}
    >
      <Icon name="key" /> Token
    </button>
  );
}
