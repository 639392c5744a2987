/** Keeps one comment a Provider and object on a change request: it is found by a marker, and written anew. */
import { DeliveryError } from '../delivery-error.ts';
import type { FluxEvent } from '../flux-event.ts';
import type { Notifier, ProviderSettings } from '../provider-type.ts';
import { objectPath } from '../text/object-label.ts';
import { CHANGE_REQUEST } from '../text/status-markdown.ts';
import { commentBody } from './comment-body.ts';
import type { ApiRequest, GitApi } from './git-api.ts';
import { remembered } from './remembered.ts';

export interface CommentService {
  readonly api: GitApi;
  /** Begins the marker. */
  readonly markerKey: 'flux-pr-comment-key' | 'flux-mr-comment-key';
  /** Under which name the Provider writes; asked for once. */
  author(signal: AbortSignal): Promise<string>;
  authorOf(comment: Readonly<Record<string, unknown>>): unknown;
  /** @param number of the change request. Oldest first. */
  list(number: number): Pick<ApiRequest, 'url' | 'headers'>;
  createUrl(number: number): URL;
  readonly editMethod: 'PATCH' | 'PUT';
  editUrl(number: number, commentId: number): URL;
}

export function createCommenter({ uid }: Pick<ProviderSettings, 'uid'>, service: CommentService): Notifier {
  const author = remembered((signal) => service.author(signal));
  const { api, markerKey } = service;
  return {
    async send({ event }, signal) {
      const number = changeRequestOf(event);
      // No name in Kubernetes has the character that would end the marker too early.
      const marker = `<!-- ${markerKey}:${uid}/${objectPath(event).replaceAll('>', '')} -->`;
      const body = { body: commentBody(event, marker) };
      const id = await findComment(service, { number, marker, author: await author(signal) }, signal);
      const request =
        id === undefined
          ? ({ method: 'POST', url: service.createUrl(number), body, purpose: 'create comment' } as const)
          : { method: service.editMethod, url: service.editUrl(number, id), body, purpose: 'edit comment' };
      await api.call(request, signal);
    },
  };
}

interface Sought {
  readonly number: number;
  readonly marker: string;
  readonly author: string;
}

async function findComment(
  { api, list, authorOf }: CommentService,
  { number, marker, author }: Sought,
  signal: AbortSignal,
): Promise<number | undefined> {
  for await (const comment of api.items({ ...list(number), purpose: 'list comments' }, signal)) {
    const { id, body } = comment;
    if (authorOf(comment) !== author || typeof body !== 'string' || !body.includes(marker)) continue;
    if (typeof id === 'number') return id;
  }
  return undefined;
}

/** @throws DeliveryError final */
function changeRequestOf({ metadata }: FluxEvent): number {
  const text = metadata.get(CHANGE_REQUEST) ?? '';
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(number)) return number;
  throw new DeliveryError('final', `invalid "change_request" metadata value ${JSON.stringify(text)}: not a number`);
}
