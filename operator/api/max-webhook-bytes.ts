/** The largest body of a webhook: a push that renames 55,000 files fits. */
export const MAX_WEBHOOK_BYTES = 3 * 1024 * 1024;
