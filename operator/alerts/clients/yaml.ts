/** What reads YAML; a file of its own in the bundle, loaded by the first Provider whose Secret has headers. */
export { Alias, isMap, isScalar, parseDocument } from 'yaml';
