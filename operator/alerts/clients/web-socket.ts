/** WebSockets that go by a dispatcher of the same undici; Node's own is another. A file of its own in the bundle. */
export { WebSocket } from 'undici';
