/** What `kafka` needs of its client; a file of its own in the bundle. */
export { Connection, ConnectionPool, Consumer, NetworkError, Producer } from '@platformatic/kafka';
