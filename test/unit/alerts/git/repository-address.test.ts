import { expect, test } from 'vitest';
import { repositoryAddress, repositoryParts } from '../../../../operator/alerts/git/repository-address.ts';

test.each([
  ['https://github.com/acme/ledger', 'https://github.com', 'acme/ledger'],
  ['https://github.com/acme/ledger.git', 'https://github.com', 'acme/ledger'],
  ['https://github.com///acme/ledger', 'https://github.com', 'acme/ledger'],
  ['https://github.com/acme/ledger.git.git', 'https://github.com', 'acme/ledger.git'],
  ['https://github.com/acme/ledger/', 'https://github.com', 'acme/ledger/'],
  ['http://git.example:3000/acme/ledger', 'http://git.example:3000', 'acme/ledger'],
  ['https://bot:secret@git.example/acme/ledger', 'https://git.example', 'acme/ledger'],
  ['ssh://git@github.com/acme/ledger.git', 'https://github.com', 'acme/ledger'],
  ['ssh://git@git.example:2222/acme/ledger', 'https://git.example:2222', 'acme/ledger'],
  ['ssh://git@GitHub.com/acme/Ledger', 'https://github.com', 'acme/Ledger'],
  ['git@github.com:acme/ledger.git', 'https://github.com', 'acme/ledger'],
  ['git@GitHub.com:acme/ledger', 'https://github.com', 'acme/ledger'],
  ['git@github.com:/acme/ledger', 'https://github.com', 'acme/ledger'],
  ['https://gitlab.com/group/sub.d/ledger', 'https://gitlab.com', 'group/sub.d/ledger'],
  ['https://gitlab.com/4711', 'https://gitlab.com', '4711'],
  ['https://dev.azure.com/acme/My%20Project/_git/ledger', 'https://dev.azure.com', 'acme/My Project/_git/ledger'],
])('%s', (address, origin, id) => {
  expect(repositoryAddress({ address })).toEqual({ origin, hostname: new URL(origin).hostname, id });
});

test.each(['', 'canary', '/acme/canary', 'ftp://host/acme/canary', 'https://', 'https://host/%ff/canary'])(
  '%s is no address, and not shown',
  (address) => {
    expect(() => repositoryAddress({ address })).toThrow('invalid address');
    expect(() => repositoryAddress({ address })).not.toThrow('canary');
  },
);

test('so many parts as the form has', () => {
  expect(repositoryParts({ secret: {} }, 'acme/ledger', 'owner/repo')).toEqual(['acme', 'ledger']);
});

test.each(['acme', 'acme/ledger/', '/ledger', 'acme/ledger/x', '4711', ''])('%s is no owner/repo', (id) => {
  expect(() => repositoryParts({ secret: {} }, id, 'owner/repo')).toThrow(`invalid repository id: '${id}'`);
});

test("a Secret's address is not shown", () => {
  const parts = () => repositoryParts({ secret: { address: Buffer.from('x') } }, 'canary', 'owner/repo');
  expect(parts).toThrow('invalid repository id');
  expect(parts).not.toThrow('canary');
});
