/** `spec.rabbitmq`. */
export interface RabbitMqBlock {
  readonly url: string;
  readonly queue: string;
  readonly vhost?: string;
}

/** The one that is meant where none is named. */
export const DEFAULT_VHOST = '/';
