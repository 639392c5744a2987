// What the bundle has in place of undici's index: its dispatchers and their API. Its fetch, caches, mocks and WebSockets,
// which the index loads too, cost memory at rest and are not used.

import api from 'undici/lib/api/index.js';
import buildConnector from 'undici/lib/core/connect.js';
import Agent from 'undici/lib/dispatcher/agent.js';
import Dispatcher from 'undici/lib/dispatcher/dispatcher.js';
import EnvHttpProxyAgent from 'undici/lib/dispatcher/env-http-proxy-agent.js';
import Pool from 'undici/lib/dispatcher/pool.js';
import ProxyAgent from 'undici/lib/dispatcher/proxy-agent.js';
import Socks5ProxyAgent from 'undici/lib/dispatcher/socks5-proxy-agent.js';

Object.assign(Dispatcher.prototype, api);

export { Agent, buildConnector, EnvHttpProxyAgent, Pool, ProxyAgent, Socks5ProxyAgent };

/** Named by the generated API of client-node, which is not used. */
export function fetch() {
  throw new Error('the fetch of undici is not part of this bundle');
}
