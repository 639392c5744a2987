import { describe, expect, it } from 'vitest';
import { InvalidNameError } from '../../../operator/kube/path-segment.ts';
import { resourcePath } from '../../../operator/kube/resource-path.ts';

const SECRETS = { apiVersion: 'v1', plural: 'secrets', namespaced: true };
const NODES = { apiVersion: 'v1', plural: 'nodes', namespaced: false };
const RECEIVERS = { apiVersion: 'notification.toolkit.fluxcd.io/v1', plural: 'receivers', namespaced: true };

describe('the path of a resource', () => {
  it.each([
    [SECRETS, { namespace: 'a', name: 'b' }, '/api/v1/namespaces/a/secrets/b'],
    [SECRETS, { namespace: 'a' }, '/api/v1/namespaces/a/secrets'],
    [SECRETS, {}, '/api/v1/secrets'],
    [NODES, { namespace: 'a', name: 'b' }, '/api/v1/nodes/b'],
    [
      RECEIVERS,
      { namespace: 'a', name: 'b', subresource: 'status' },
      '/apis/notification.toolkit.fluxcd.io/v1/namespaces/a/receivers/b/status',
    ],
    [SECRETS, { namespace: 'a', name: 'b c?d#e' }, '/api/v1/namespaces/a/secrets/b%20c%3Fd%23e'],
  ])('%o %o', (type, where, expected) => {
    expect(resourcePath(type, where)).toBe(expected);
  });

  it.each([
    ['', 'must not be empty'],
    ['.', "must not be '.'"],
    ['..', "must not be '..'"],
    ['a/status', "must not contain '/'"],
    ['a%2Fstatus', "must not contain '%'"],
    ['/', "must not contain '/'"],
  ])('refuses %j as a name and as a namespace', (text, fault) => {
    expect(() => resourcePath(SECRETS, { namespace: 'a', name: text })).toThrow(
      new InvalidNameError(`name ${JSON.stringify(text)} ${fault}`),
    );
    expect(() => resourcePath(SECRETS, { namespace: text })).toThrow(
      new InvalidNameError(`namespace ${JSON.stringify(text)} ${fault}`),
    );
  });
});
