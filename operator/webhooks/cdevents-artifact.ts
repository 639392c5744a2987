import type { Announced } from '../api/announced.ts';
import { fieldOf } from '../verify/field-of.ts';
import { parseJson } from '../verify/parse-json.ts';
import { announcement, digestOf } from './announcement.ts';
import type { WebhookRequest } from './webhook-type.ts';

const PURL = /^pkg:[^@?#]+@([^?#]+)(?:\?([^#]*))?/;

/** What a CDEvent announces: the digest in the package URL of its artifact, and the tag where that names one. */
export function cdeventsArtifact({ body }: WebhookRequest): Announced | undefined {
  const subject = fieldOf(parseJson(body), 'subject');
  const ids = [fieldOf(fieldOf(subject, 'content'), 'artifactid'), fieldOf(subject, 'id')];
  const [, version, qualifiers] = ids.map((id) => (typeof id === 'string' ? PURL.exec(id) : null)).find(Boolean) ?? [];
  if (version === undefined) return undefined;
  const revision = digestOf(decodeURIComponent(version));
  if (revision === undefined) return undefined;
  return announcement({ ref: new URLSearchParams(qualifiers).get('tag'), revision });
}
