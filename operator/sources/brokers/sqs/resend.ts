/**
 * Makes a call again that went onto a connection which the server was just closing: one that had been idle for as long as
 * the server keeps any.
 */
import { awsCodeOf } from '../../credentials/aws-code.ts';

/** Each of the connections that are kept may be such. */
const MAX_RESENDS = 3;
const CLOSED = new Set(['ECONNRESET', 'EPIPE']);

/** @param call that may be done twice. @throws what the last one throws. */
export async function resend<T>(call: () => Promise<T>): Promise<T> {
  for (let resends = 0; ; resends++) {
    try {
      return await call();
    } catch (error) {
      if (resends === MAX_RESENDS || !CLOSED.has(awsCodeOf(error))) throw error;
    }
  }
}
