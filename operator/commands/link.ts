/** What was found out about one link of the way of a webhook. */
export type Link =
  | { readonly outcome: 'ok' | 'skipped'; readonly detail: string }
  | { readonly outcome: 'broken'; readonly detail: string; readonly fix: string };
