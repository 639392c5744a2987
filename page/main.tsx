/** Shows the page. */
import { render } from 'preact';
import { App } from './app.tsx';
import { startNavigation } from './state/navigation.ts';
import { startClock } from './state/now.ts';

startNavigation();
startClock();
const root = document.getElementById('page');
if (root !== null) render(<App />, root);
