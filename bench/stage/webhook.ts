/** The webhook that every row sends: a push as GitHub sends it, of 7.1 KB, signed. */
import { type Delivery, githubDelivery } from '../../test/support/github-delivery.ts';

export const TOKEN = 'bench-token-0123456789abcdef';
/** Holds for the push below. */
export const FILTER = "req.ref.startsWith('refs/tags/') && req.repository.full_name == 'Codertocat/Hello-World'";

const BODY_BYTES = 7_100;

export const genuine: Delivery = githubDelivery('push', TOKEN, BODY_BYTES);
/** The same in all but the key of its signature. */
export const forged: Delivery = githubDelivery('push', 'guessed', BODY_BYTES);
