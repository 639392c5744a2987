import { expect, it } from 'vitest';
import { addressesIn } from '../../../../operator/deliveries/peers/peer-addresses.ts';

const metadata = { name: 'slice' };
const ports = [
  { name: 'other', port: 80 },
  { name: 'peers', port: 9081 },
];

it('every address with the port of that name is one of a replica, ready or not', () => {
  const endpoints = [
    { addresses: ['10.0.0.1'], conditions: { ready: false }, targetRef: { kind: 'Pod', name: 'sluice-a' } },
    { addresses: ['fd00::1'], targetRef: { kind: 'Node', name: 'n' } },
  ];
  expect(addressesIn({ metadata, ports, endpoints })).toEqual([
    { address: '10.0.0.1:9081', name: 'sluice-a' },
    { address: '[fd00::1]:9081', name: '[fd00::1]:9081' },
  ]);
  expect(addressesIn({ metadata, ports: [], endpoints })).toEqual([]);
  expect(addressesIn({ metadata, ports: null, endpoints: null })).toEqual([]);
});
