// What the bundle has in place of socks and socks-proxy-agent: client-node makes such an agent for a cluster behind a
// SOCKS proxy, and the operator takes from it only the credentials; its own client has undici's.

export class SocksProxyAgent {}

/** Named by the requests of client-node's generated API, which is not used. */
export class SocksClient {}
