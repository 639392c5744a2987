/** Asks the API server for `apiVersion`, `kind` and `metadata` alone: values of `Accept` for an object and for a list. */
export const METADATA = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
export const METADATA_LIST = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';
