import { expect, it } from 'vitest';
import { isRefusedAddress } from '../../../operator/verify/is-refused-address.ts';

it.each([
  '169.254.169.254',
  '169.254.0.0',
  '169.254.255.255',
  '169.254.170.2',
  '100.100.100.200',
  'fe80::1',
  'FE80::1',
  'febf::1',
  'fe80::1%eth0',
  '::ffff:169.254.169.254',
  '::ffff:a9fe:a9fe',
  '0:0:0:0:0:ffff:a9fe:a9fe',
  '::169.254.169.254',
  '64:ff9b::a9fe:a9fe',
  '2002:a9fe:a9fe::1',
  'fd00:ec2::254',
  'fd20:ce::254',
  'issuer.example.com',
  '',
])('refuses %j', (address) => {
  expect(isRefusedAddress(address)).toBe(true);
});

it.each([
  '127.0.0.1',
  '::1',
  '10.0.0.1',
  '192.168.1.1',
  '169.253.255.255',
  '169.255.0.0',
  '100.100.100.201',
  'fec0::1',
  'fd00::1',
  '::ffff:10.0.0.1',
  '2606:4700::1111',
])('allows %s', (address) => {
  expect(isRefusedAddress(address)).toBe(false);
});
