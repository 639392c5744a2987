/** How the operator is known to Azure where it has an identity of its own; a file of its own in the bundle. */
export {
  ChainedTokenCredential,
  EnvironmentCredential,
  ManagedIdentityCredential,
  WorkloadIdentityCredential,
} from '@azure/identity';
