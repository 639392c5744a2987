/** `spec.nats`. */
export interface NatsBlock {
  readonly servers: readonly string[];
  readonly stream: string;
  readonly consumer: string;
}
