import { describe, expect, it } from 'vitest';
import { memoryEnv, missingMemoryEnv } from '../../../operator/config/memory-env.ts';

const malloc = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_TRIM_THRESHOLD_: '131072',
  MALLOC_MMAP_THRESHOLD_: '131072',
};

describe('the settings of memory', () => {
  it.each([
    [512, '--max-old-space-size=384'],
    [1001, '--max-old-space-size=750'],
    [undefined, '--max-old-space-size-percentage=75'],
  ])('with a limit of %s Mi cap the heap by %s', (limitMebibytes, cap) => {
    const NODE_OPTIONS = `${cap} --max-semi-space-size=8 --expose-gc`;
    expect(memoryEnv(limitMebibytes)).toEqual({ NODE_OPTIONS, ...malloc });
  });

  it.each([
    ['the manifests', memoryEnv(512)],
    ['the image', memoryEnv()],
  ])('are complete with those of %s, so that no process starts twice', (_, env) => {
    expect(missingMemoryEnv(env, [])).toBeUndefined();
  });

  it('are complete once a process has given itself what it lacks', () => {
    expect(missingMemoryEnv({ ...missingMemoryEnv({}, []) }, [])).toBeUndefined();
  });

  it.each<[string, NodeJS.ProcessEnv, string[], object]>([
    ['nothing is set', {}, [], memoryEnv()],
    [
      'the user has options',
      { NODE_OPTIONS: '--use-openssl-ca' },
      [],
      { ...memoryEnv(), NODE_OPTIONS: `--use-openssl-ca ${memoryEnv().NODE_OPTIONS}` },
    ],
    [
      'the user has sizes and a number of arenas',
      { NODE_OPTIONS: '--max_old_space_size=100', MALLOC_ARENA_MAX: '2' },
      ['--max-semi-space-size=1'],
      {
        MALLOC_TRIM_THRESHOLD_: malloc.MALLOC_TRIM_THRESHOLD_,
        MALLOC_MMAP_THRESHOLD_: malloc.MALLOC_MMAP_THRESHOLD_,
        NODE_OPTIONS: '--max_old_space_size=100 --expose-gc',
      },
    ],
  ])('where %s are completed, and what is set stays', (_, env, execArgv, missing) => {
    expect(missingMemoryEnv(env, execArgv)).toEqual(missing);
  });
});
