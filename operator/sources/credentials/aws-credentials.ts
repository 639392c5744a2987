/** Credentials that calls to Amazon are signed with. */
type Client = typeof import('../clients/sqs.ts');

/** An access key, as the SDK signs with it. */
export type AwsIdentity = Awaited<ReturnType<ReturnType<Client['fromWebToken']>>>;

export interface AwsCredentials {
  /** Asked before each call; keeps what is still good. @throws SourceError, or what the SDK's own look-up throws */
  get(): Promise<AwsIdentity>;
  /** They were refused: others are wanted, where there can be others. */
  forget(): void;
}
