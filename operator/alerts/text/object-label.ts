/** Names an event's object as Flux's messages do. */
import type { FluxEvent } from '../flux-event.ts';

/** `kustomization/ledger.payments`, the contract's `obj`. */
export function objectLabel({ involvedObject: { kind, name, namespace } }: FluxEvent): string {
  return `${kind.toLowerCase()}/${name}.${namespace}`;
}

/** `Kustomization/payments/ledger`, the contract's `Obj`. */
export function objectPath({ involvedObject: { kind, name, namespace } }: FluxEvent): string {
  return `${kind}/${namespace}/${name}`;
}
