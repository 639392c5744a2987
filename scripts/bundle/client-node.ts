// What the bundle has in place of @kubernetes/client-node: its KubeConfig, and stand-ins for the classes that the
// operator framework names but that operator/kube/operator-base.ts never lets it use. The generated API behind the
// real ones costs some 40 MiB of memory at rest.
export { KubeConfig } from '@kubernetes/client-node/dist/config.js';

/** The framework makes one in its constructor and keeps it. */
export class CoreV1Api {}

/** Named by registerCustomResourceDefinition, which is not used. */
export class ApiextensionsV1Api {
  constructor() {
    throw new Error('the API classes of @kubernetes/client-node are not part of this bundle');
  }
}

/** Named by watchResource, which is overridden. */
export class Watch {
  constructor() {
    throw new Error('the watch of @kubernetes/client-node is not part of this bundle');
  }
}

/** Named by registerCustomResourceDefinition, which is not used. */
export function loadYaml(): never {
  throw new Error('loadYaml of @kubernetes/client-node is not part of this bundle');
}
