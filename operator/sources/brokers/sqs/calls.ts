/**
 * The calls of one queue: an end to each, and errors that say why the queue cannot be read. Each is one attempt, but for a
 * connection that turns out to be closed: a receive alone is not made again then, since what it brought would stay hidden.
 */
import type { SQSClient, Message as SqsMessage } from '@aws-sdk/client-sqs';
import type { Clock } from '../../../observe/clock.ts';
import type { Queue } from './queue.ts';
import { resend } from './resend.ts';
import { codedError, isStaleHandle, type SqsAction, sourceErrorOf } from './sqs-error.ts';

type Client = typeof import('../../clients/sqs.ts');

/** A message by the handle that one receive gave it. */
export interface Handle {
  readonly receiptHandle: string;
}

/** For how long a message stays hidden from now on. */
export interface Visibility extends Handle {
  readonly seconds: number;
}

export type EntryErrors = ReadonlyMap<number, Error>;

/** Each throws a SourceError. Handles that are not the message's any more are passed over. */
export interface Calls {
  receive(options: ReceiveOptions): Promise<readonly SqsMessage[]>;
  /** @returns the values of these attributes by their names. */
  attributes(names: readonly QueueAttribute[]): Promise<Partial<Record<QueueAttribute, string>>>;
  /** Of ten at most. */
  remove(handles: readonly Handle[]): Promise<EntryErrors>;
  /** Of ten at most. */
  hide(visibilities: readonly Visibility[]): Promise<EntryErrors>;
  close(): void;
}

export interface ReceiveOptions {
  readonly max: number;
  readonly waitSeconds: number;
  readonly visibilitySeconds: number;
}

export type QueueAttribute = 'VisibilityTimeout' | 'RedrivePolicy' | 'ApproximateNumberOfMessages';

const CALL_TIMEOUT_MS = 10_000;
/** Short, so that an extension that gets no answer is followed by another in time. */
const HIDE_TIMEOUT_MS = 5_000;
/** Beside what the queue itself waits: with what is released then, a stop takes less than 25 s. */
const RECEIVE_SLACK_MS = 3_000;

interface Failed {
  readonly Id: string | undefined;
  readonly Code: string | undefined;
}

export interface CallsOptions {
  readonly sdk: Client;
  readonly client: SQSClient;
  readonly queue: Queue;
  readonly clock: Clock;
  /** Told when the credentials were refused. */
  refused(): void;
}

export function createCalls({ sdk, client, queue, clock, refused }: CallsOptions): Calls {
  const QueueUrl = queue.url;
  const within = async <T>(action: SqsAction, timeoutMs: number, call: (signal: AbortSignal) => Promise<T>) => {
    const deadline = new AbortController();
    const late = Promise.withResolvers<never>();
    const timer = clock.setTimeout(() => {
      late.reject(codedError(`no answer within ${timeoutMs / 1_000} s`, action, queue));
      deadline.abort();
    }, timeoutMs);
    try {
      // Credentials that are slow to come do not end with the signal.
      return await Promise.race([call(deadline.signal), late.promise]);
    } catch (error) {
      const known = sourceErrorOf(error, action, queue);
      if (known.code === 'AuthenticationFailed') refused();
      throw known;
    } finally {
      timer.cancel();
    }
  };
  const entryErrors = (failed: readonly Failed[] | undefined, action: SqsAction): EntryErrors => {
    const errors = new Map<number, Error>();
    for (const { Id, Code = 'no code' } of failed ?? []) {
      if (!isStaleHandle(Code)) errors.set(Number(Id), codedError(Code, action, queue));
    }
    return errors;
  };
  return {
    async receive({ max, waitSeconds, visibilitySeconds }) {
      const command = new sdk.ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: max,
        WaitTimeSeconds: waitSeconds,
        VisibilityTimeout: visibilitySeconds,
        MessageAttributeNames: ['All'],
        MessageSystemAttributeNames: ['All'],
      });
      const timeoutMs = Math.max(waitSeconds * 1_000 + RECEIVE_SLACK_MS, CALL_TIMEOUT_MS);
      const answer = await within('ReceiveMessage', timeoutMs, (abortSignal) => client.send(command, { abortSignal }));
      return answer.Messages ?? [];
    },
    async attributes(names) {
      const command = new sdk.GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...names] });
      const answer = await within('GetQueueAttributes', CALL_TIMEOUT_MS, (abortSignal) =>
        resend(() => client.send(command, { abortSignal })),
      );
      return answer.Attributes ?? {};
    },
    async remove(handles) {
      const Entries = handles.map(({ receiptHandle }, index) => ({ Id: String(index), ReceiptHandle: receiptHandle }));
      const command = new sdk.DeleteMessageBatchCommand({ QueueUrl, Entries });
      const answer = await within('DeleteMessage', CALL_TIMEOUT_MS, (abortSignal) =>
        resend(() => client.send(command, { abortSignal })),
      );
      return entryErrors(answer.Failed as readonly Failed[] | undefined, 'DeleteMessage');
    },
    async hide(visibilities) {
      const Entries = visibilities.map(({ receiptHandle, seconds }, index) => ({
        Id: String(index),
        ReceiptHandle: receiptHandle,
        VisibilityTimeout: seconds,
      }));
      const command = new sdk.ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries });
      const answer = await within('ChangeMessageVisibility', HIDE_TIMEOUT_MS, (abortSignal) =>
        resend(() => client.send(command, { abortSignal })),
      );
      return entryErrors(answer.Failed as readonly Failed[] | undefined, 'ChangeMessageVisibility');
    },
    close: () => client.destroy(),
  };
}
