/** Rights on Receivers, Alerts and Providers for people, added to Kubernetes' own roles view, edit and admin. */
import { ApiResource, ClusterRole } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { ALERT_PLURAL } from '../operator/api/alert/alert.ts';
import { GROUP } from '../operator/api/meta.ts';
import { PROVIDER_PLURAL } from '../operator/api/provider/provider.ts';
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
    for (const resourceType of [RECEIVER_PLURAL, ALERT_PLURAL, PROVIDER_PLURAL]) {
      role.allow(verbs, ApiResource.custom({ apiGroup: GROUP, resourceType }));
    }
  }
}
