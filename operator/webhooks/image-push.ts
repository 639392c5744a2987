/** What registries announce: a tag, and mostly the digest that it now means. Deletions announce nothing. */
import type { Announced } from '../api/announced.ts';
import { fieldOf } from '../verify/field-of.ts';
import { parseFirstJson } from '../verify/parse-json.ts';
import { announcement, digestOf, tagOf } from './announcement.ts';
import { pubsubMessage } from './pubsub-message.ts';
import type { WebhookRequest } from './webhook-type.ts';

/** Google Container Registry and Artifact Registry. */
export function gcrPush({ body }: WebhookRequest): Announced | undefined {
  const { action, digest, tag } = pubsubMessage(body);
  if (action === 'DELETE') return undefined;
  return announcement({ ref: tagOf(tag), revision: digestOf(digest) });
}

/** Azure Container Registry. */
export function acrPush({ body }: WebhookRequest): Announced | undefined {
  const event = parseFirstJson(body);
  const action = fieldOf(event, 'action');
  if (action !== 'push' && action !== 'chart_push') return undefined;
  const target = fieldOf(event, 'target');
  return announcement({ ref: fieldOf(target, 'tag'), revision: digestOf(fieldOf(target, 'digest')) });
}

/** Harbor, in its own form and as CloudEvents. */
export function harborPush({ body }: WebhookRequest): Announced | undefined {
  const event = parseFirstJson(body);
  const type = fieldOf(event, 'type');
  if (type !== 'PUSH_ARTIFACT' && type !== 'harbor.artifact.pushed') return undefined;
  const resources = fieldOf(fieldOf(event, 'event_data') ?? fieldOf(event, 'data'), 'resources');
  const resource: unknown = Array.isArray(resources) ? resources[0] : undefined;
  return announcement({ ref: fieldOf(resource, 'tag'), revision: digestOf(fieldOf(resource, 'digest')) });
}

/** Docker Hub says the tag alone. */
export function dockerhubPush({ body }: WebhookRequest): Announced | undefined {
  return announcement({ ref: fieldOf(fieldOf(parseFirstJson(body), 'push_data'), 'tag') });
}

/** Quay says the tags alone. */
export function quayPush({ body }: WebhookRequest): Announced | undefined {
  const tags = fieldOf(parseFirstJson(body), 'updated_tags');
  return announcement({ ref: Array.isArray(tags) ? tags[0] : undefined });
}
