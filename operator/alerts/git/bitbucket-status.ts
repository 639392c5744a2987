/** What build statuses on Bitbucket Cloud and on Bitbucket Server have in common. */
import type { StatusWords } from './commit-status.ts';

/** A longer name is cut, because either would refuse it. */
export const MAX_BUILD_NAME_LENGTH = 255;

/** @param service names it in errors. */
export function bitbucketWords(service: string): StatusWords {
  return { service, info: 'SUCCESSFUL', error: 'FAILED', maxDescriptionLength: 255 };
}
