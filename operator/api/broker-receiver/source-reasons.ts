interface Explained {
  readonly meaning: string;
  /** What to do about it. */
  readonly remedy: string;
}

/** Why a broker cannot be read now: the reasons of the condition `Ready` of a BrokerReceiver that is tried again. */
export const sourceReasons = {
  SourceNotFound: {
    meaning: 'The broker has no such queue, subscription, stream, consumer or topic.',
    remedy: 'Make it, as the message says, or correct its name.',
  },
  SourceUnsuitable: {
    meaning: 'It exists, but messages cannot be received of it and acknowledged one by one.',
    remedy: 'Change its settings, as the message says.',
  },
  AccessDenied: {
    meaning: 'The broker knows the identity, which lacks a right.',
    remedy: 'Grant the right that the message names.',
  },
  AuthenticationFailed: {
    meaning: 'The broker refuses the credentials, or they cannot be exchanged.',
    remedy: 'Correct the Secret, or the annotations of the ServiceAccount and the trust of its role.',
  },
  Unreachable: {
    meaning: 'The broker does not answer, or not in time, or says that it is not able.',
    remedy: 'Check its address, the network and the NetworkPolicy, its certificate, and the broker itself.',
  },
  SecretNotFound: {
    meaning: 'A Secret, or a key of it, is missing or cannot be read.',
    remedy: 'Create the Secret, or add the key that the message names.',
  },
  ServiceAccountNotAllowed: {
    meaning:
      'No identity may be used: the object names none, or the operator may not create tokens of the one it names.',
    remedy:
      'Set `spec.secretRef` or `spec.serviceAccountName`, and list the ServiceAccount in `sources.serviceAccounts`.',
  },
  ReceiverNotFound: {
    meaning: 'The Receiver of `spec.receiverRef` does not exist.',
    remedy: 'Create it, or correct the name.',
  },
  ReceiverNotReady: {
    meaning: 'The Receiver of `spec.receiverRef` is suspended, stalled or not ready.',
    remedy: 'See its condition `Ready`.',
  },
} as const satisfies Record<string, Explained>;

export type SourceReason = keyof typeof sourceReasons;
