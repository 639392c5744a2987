import { Namespace as PlusNamespace } from 'cdk8s-plus-28';
import { Construct } from 'constructs';

/** The operator's namespace, by name alone: its labels stay those of whoever else manages it, such as Flux. */
export class Namespace extends Construct {
  constructor(scope: Construct, id: string, props: { readonly name: string }) {
    super(scope, id);
    new PlusNamespace(this, 'namespace', { metadata: { name: props.name } });
  }
}
