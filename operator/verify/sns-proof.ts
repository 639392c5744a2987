import { systemClock } from '../observe/clock.ts';
import { createSnsProof, type SnsProof } from './sns/create-sns-proof.ts';

/** One for all objects: Receivers and queues share the certificates that were fetched. */
export const snsProof: SnsProof = createSnsProof({ now: systemClock.elapsedMs });
