/** Shows the page. */
import { render } from 'preact';
import { App } from './app.tsx';
import { route } from './state/current-route.ts';
import { startClock } from './state/now.ts';
import { routeOf } from './words/route.ts';

const follow = (): void => {
  route.value = routeOf(location.hash);
};

addEventListener('hashchange', follow);
follow();
startClock();
const root = document.getElementById('page');
if (root !== null) render(<App />, root);
