/** The page: its bar, and the screen that the URL names. */
import { PageHeader } from './parts/page-header.tsx';
import { TokenDialog } from './parts/token-dialog.tsx';
import { ObjectScreen } from './screens/object-screen.tsx';
import { ObjectsScreen } from './screens/objects-screen.tsx';
import { PlaygroundScreen } from './screens/playground-screen.tsx';
import { route } from './state/current-route.ts';

export function App() {
  return (
    <>
      <PageHeader />
      <Screen />
      <TokenDialog />
    </>
  );
}

function Screen() {
  const at = route.value;
  if (at.screen === 'objects') return <ObjectsScreen key={at.kind} kind={at.kind} />;
  if (at.screen === 'object') return <ObjectScreen key={`${at.kind}/${at.namespace}/${at.name}`} at={at} />;
  return <PlaygroundScreen namespace={at.namespace} name={at.name} delivery={at.delivery} />;
}
