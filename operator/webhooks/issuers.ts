import { createIssuers } from '../verify/create-issuers.ts';

/** One for the process, so that all Receivers share what was fetched. */
export const issuers = createIssuers();
