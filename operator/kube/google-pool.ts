/** The annotation of a ServiceAccount that names its provider of a workload identity pool at Google, as Flux reads it. */
export const POOL_KEY = 'gcp.auth.fluxcd.io/workload-identity-provider';
/** What its value must match: it becomes part of an audience. */
export const POOL =
  /^projects\/\d{1,30}\/locations\/global\/workloadIdentityPools\/[^/]{1,100}\/providers\/[^/]{1,100}$/;
