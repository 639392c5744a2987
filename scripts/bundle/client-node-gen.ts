// What the bundle has in place of client-node's generated API: the two names that its KubeConfig imports from there.
export { createConfiguration } from '@kubernetes/client-node/dist/gen/configuration.js';
export { ServerConfiguration } from '@kubernetes/client-node/dist/gen/servers.js';
