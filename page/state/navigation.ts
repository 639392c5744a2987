/** Follows the URL from screen to screen: titles, where the focus is, and how far a list was scrolled. */
import { kindTitles } from '../words/kind-titles.ts';
import { fragmentOf, type Route, routeOf } from '../words/route.ts';
import { route } from './current-route.ts';

/** By fragment. */
const positions = new Map<string, number>();

export function startNavigation(): void {
  // The page does it, because a list is there only after it was drawn.
  history.scrollRestoration = 'manual';
  route.value = routeOf(location.hash);
  document.title = titleOf(route.value);
  addEventListener('hashchange', () => go(routeOf(location.hash)));
  addEventListener('scroll', () => positions.set(fragmentOf(route.value), scrollY), { passive: true });
}

function go(to: Route): void {
  const from = route.value;
  route.value = to;
  document.title = titleOf(to);
  if (isSameScreen(from, to)) return;
  // After the screen is drawn.
  setTimeout(() => {
    // A list that one comes back to from one of its objects stands where it was left.
    const back = to.screen === 'objects' && from.screen === 'object' && from.kind === to.kind;
    scrollTo(0, back ? (positions.get(fragmentOf(to)) ?? 0) : 0);
    // So that the rows that are there are drawn now.
    dispatchEvent(new Event('scroll'));
    setTimeout(() => (back ? (linkTo(from) ?? heading()) : heading())?.focus({ preventScroll: true }));
  });
}

const heading = () => document.querySelector('h1');

function linkTo(object: Route & { readonly screen: 'object' }): HTMLElement | null {
  const href = fragmentOf({ ...object, delivery: '' });
  return document.querySelector(`[data-row-focus][href=${JSON.stringify(href)}]`);
}

/** In the playground a Receiver is chosen by a field of it, which keeps the focus. */
function isSameScreen(a: Route, b: Route): boolean {
  if (a.screen === 'playground' && b.screen === 'playground') return true;
  const screen = (route: Route): string => fragmentOf(route.screen === 'objects' ? route : { ...route, delivery: '' });
  return screen(a) === screen(b);
}

function titleOf(to: Route): string {
  if (to.screen === 'objects') return `${kindTitles[to.kind]} · Sluice`;
  const object = to.name === '' ? '' : `${to.namespace}/${to.name} · `;
  return `${object}${to.screen === 'playground' ? 'Playground · ' : ''}Sluice`;
}
