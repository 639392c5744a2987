/** Shows the page. */
import { render } from 'preact';
import { App } from './app.tsx';
import { watchWidth } from './state/narrow.ts';
import { startNavigation } from './state/navigation.ts';
import { startClock } from './state/now.ts';
import { loadSettings } from './state/settings.ts';
import { watchVisibility } from './state/visible.ts';

startNavigation();
startClock();
watchVisibility();
watchWidth();
loadSettings();
const root = document.getElementById('page');
if (root !== null) render(<App />, root);
