/** What `rabbitmq` needs of the client for AMQP 0-9-1; a file of its own in the bundle. */
export { connect, credentials } from 'amqplib';
