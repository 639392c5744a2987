/** The page: its bar, and the screen that the URL names. */
import { PageHeader } from './parts/page-header.tsx';
import { TokenDialog } from './parts/token-dialog.tsx';
import { ObjectsScreen } from './screens/objects-screen.tsx';
import { route } from './state/route.ts';

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
  return <ObjectsScreen kind={at.screen === 'playground' ? 'receivers' : at.kind} />;
}
