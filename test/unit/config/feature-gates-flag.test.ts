import { expect, test } from 'vitest';
import { featureGatesFlag } from '../../../operator/config/feature-gates-flag.ts';

const flag = featureGatesFlag({ name: 'feature-gates', group: 'Alerts', help: 'help' });

test.each([
  ['', false],
  ['ObjectLevelWorkloadIdentity=true', true],
  ['ObjectLevelWorkloadIdentity=false', false],
  ['CacheSecretsAndConfigMaps=true, ObjectLevelWorkloadIdentity=true', true],
  ['SomeGateOfAnotherRelease=true', false],
])('%s: workload identity is %s', (written, objectLevelWorkloadIdentity) => {
  expect(flag.parse(written)).toEqual({ value: { objectLevelWorkloadIdentity } });
});

test.each(['ObjectLevelWorkloadIdentity', 'ObjectLevelWorkloadIdentity=yes', '=true', 'a=true,'])(
  '%s is no list',
  (written) => {
    expect(flag.parse(written)).toEqual({ expected: expect.stringContaining('ObjectLevelWorkloadIdentity=true') });
  },
);
