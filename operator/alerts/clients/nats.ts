/** What `nats` needs of the client for NATS; a file of its own in the bundle. */
export {
  AuthorizationError,
  connect,
  credsAuthenticator,
  nkeyAuthenticator,
  PermissionViolationError,
  UserAuthenticationExpiredError,
} from '@nats-io/transport-node';
