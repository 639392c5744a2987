/** The paths that a Receiver had: the last two are told apart from those that nobody ever had. */
import { expect, it } from 'vitest';
import { createRouteTable } from '../../../operator/receivers/routes.ts';
import { aReceiver, compiled } from './a-receiver.ts';

function setUp() {
  const routes = createRouteTable(() => undefined);
  const { route } = compiled(aReceiver({}));
  return { routes, route };
}

it('are the last two', () => {
  const { routes, route } = setUp();
  for (const path of ['/hook/1', '/hook/2', '/hook/3', '/hook/4']) routes.publish(path, route);
  const found = ['/hook/1', '/hook/2', '/hook/3', '/hook/4'].map((path) => routes.findWithdrawn(path)?.key);
  expect(found).toEqual([undefined, route.key, route.key, undefined]);
});

it('are remembered while the Receiver is not served, and forgotten with it', () => {
  const { routes, route } = setUp();
  routes.publish('/hook/1', route);
  routes.withdraw(route.key);
  expect(routes.findWithdrawn('/hook/1')?.key).toBe(route.key);
  routes.forget(route.key);
  expect(routes.findWithdrawn('/hook/1')).toBeUndefined();
});

it('are those of a previousToken, too', () => {
  const { routes, route } = setUp();
  routes.publish('/hook/new', route, '/hook/old');
  routes.publish('/hook/new', route);
  expect(routes.findWithdrawn('/hook/old')?.key).toBe(route.key);
});
