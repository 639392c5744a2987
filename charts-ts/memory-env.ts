/** What keeps the memory of a pod small: settings of V8 and of glibc's allocator, which only the environment can give. */
import { EnvValue } from 'cdk8s-plus-28';

/** Of the limit; the rest is for buffers, code and the engine itself. */
const HEAP_SHARE = 0.75;
/** Of the young generation: V8's own choice grows to 32 in a burst and stays there. */
const SEMI_SPACE_MEBIBYTES = 8;
const THRESHOLD_BYTES = 128 * 1024;

/** @param limitMebibytes of the container. */
export function memoryEnv(limitMebibytes: number): Record<string, EnvValue> {
  const heapMebibytes = Math.floor(limitMebibytes * HEAP_SHARE);
  return {
    NODE_OPTIONS: EnvValue.fromValue(
      // With its collector in reach, the operator collects when it comes to rest.
      `--max-old-space-size=${heapMebibytes} --max-semi-space-size=${SEMI_SPACE_MEBIBYTES} --expose-gc`,
    ),
    // One arena, and thresholds that do not grow with what was once asked for: what is freed goes back to the system.
    MALLOC_ARENA_MAX: EnvValue.fromValue('1'),
    MALLOC_TRIM_THRESHOLD_: EnvValue.fromValue(String(THRESHOLD_BYTES)),
    MALLOC_MMAP_THRESHOLD_: EnvValue.fromValue(String(THRESHOLD_BYTES)),
  };
}
