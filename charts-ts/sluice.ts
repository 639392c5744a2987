import { Construct } from 'constructs';
import { defaultConfig, type SluiceConfig } from './config.ts';
import { Crds } from './crds.ts';
import { Deployment } from './deployment.ts';
import { Namespace } from './namespace.ts';
import { Rbac } from './rbac.ts';
import { ReceiverRoles } from './receiver-roles.ts';
import { Service } from './service.ts';

/** All that an installation needs, in the order in which it is applied: the CRDs come first. */
export class Sluice extends Construct {
  /** @param props what differs from {@link defaultConfig}. */
  constructor(scope: Construct, id: string, props: Partial<SluiceConfig> = {}) {
    super(scope, id);
    const config: SluiceConfig = { ...defaultConfig, ...props };
    const parts: Construct[] = [new Crds(this, 'crds')];
    if (config.createNamespace) parts.push(new Namespace(this, 'namespace', { name: config.namespace }));
    parts.push(new Rbac(this, 'rbac', config), new ReceiverRoles(this, 'receiver-roles'));
    parts.push(new Service(this, 'service', config));
    parts.push(new Deployment(this, 'deployment', config));
    for (const [index, part] of parts.entries()) {
      const before = parts[index - 1];
      if (before !== undefined) part.node.addDependency(before);
    }
  }
}
