/** Every change of a namespace's Receivers, in the order in which the API server made them. */
import { pino } from 'pino';
import { RECEIVER_API_VERSION, RECEIVER_PLURAL, type Receiver } from '../../operator/api/receiver/receiver.ts';
import { createInformer } from '../../operator/kube/watch/informer.ts';
import { kubeClientFor } from './kube-client-for.ts';

export interface ReceiverLog {
  /** Each as it was after a change. */
  readonly changes: readonly Receiver[];
  stop(): Promise<void>;
}

/** Watches from now on. */
export async function watchReceivers(kubeconfig: string, namespace: string): Promise<ReceiverLog> {
  const client = kubeClientFor(kubeconfig);
  const changes: Receiver[] = [];
  const informer = createInformer<Receiver>({
    client,
    type: { apiVersion: RECEIVER_API_VERSION, plural: RECEIVER_PLURAL, namespaced: true },
    namespace,
    project: (object) => object as Receiver,
    log: pino({ level: 'silent' }),
    onEvent: ({ object }) => void changes.push(object),
  });
  informer.start();
  await informer.whenSynced();
  return {
    changes,
    async stop() {
      await informer.stop();
      await client.close();
    },
  };
}
