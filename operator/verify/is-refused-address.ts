import { BlockList, isIP } from 'node:net';

/**
 * Link-local addresses, where clouds keep their metadata services, and the few such services that live elsewhere; also
 * where an IPv6 address only wraps one of them (mapped, compatible, 6to4, NAT64).
 */
const refused = new BlockList();
refused.addSubnet('169.254.0.0', 16, 'ipv4');
refused.addAddress('100.100.100.200', 'ipv4');
refused.addSubnet('fe80::', 10, 'ipv6');
refused.addSubnet('::ffff:169.254.0.0', 112, 'ipv6');
refused.addSubnet('::169.254.0.0', 112, 'ipv6');
refused.addSubnet('64:ff9b::169.254.0.0', 112, 'ipv6');
refused.addSubnet('2002:a9fe::', 32, 'ipv6');
refused.addAddress('fd00:ec2::254', 'ipv6');
refused.addAddress('fd20:ce::254', 'ipv6');

/** Whether no request may go to this IP address, whatever name led to it. What is no IP address is refused. */
export function isRefusedAddress(address: string): boolean {
  const bare = address.split('%', 1)[0] ?? '';
  const family = isIP(bare);
  return family === 0 || refused.check(bare, family === 6 ? 'ipv6' : 'ipv4');
}
