import { createHash } from 'node:crypto';

/** The key of a status at Bitbucket, which takes no more than 40 characters. */
export function statusKey(statusId: string): string {
  return createHash('sha1').update(statusId).digest('hex');
}
