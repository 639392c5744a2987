/** Rights on Receivers for people, added to Kubernetes' own roles view, edit and admin. */
import { ApiResource, ClusterRole } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { GROUP } from '../operator/api/meta.ts';
import { RECEIVER_PLURAL } from '../operator/api/receiver/receiver.ts';
import { commonLabels, NAME } from './labels.ts';

const AGGREGATE = 'rbac.authorization.k8s.io/aggregate-to-';

export class ReceiverRoles extends Construct {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.#role('view', ['view', 'edit', 'admin'], ['get', 'list', 'watch']);
    this.#role('edit', ['edit', 'admin'], ['create', 'update', 'patch', 'delete', 'deletecollection']);
  }

  #role(id: string, into: readonly string[], verbs: string[]): void {
    const aggregate = Object.fromEntries(into.map((role) => [`${AGGREGATE}${role}`, 'true']));
    const labels = { ...commonLabels, ...aggregate };
    const role = new ClusterRole(this, id, { metadata: { name: `${NAME}-receivers-${id}`, labels } });
    role.allow(verbs, ApiResource.custom({ apiGroup: GROUP, resourceType: RECEIVER_PLURAL }));
  }
}
