// The receiver server's ports and a bounded number of random bytes; `npm run fuzz` goes on for longer.
import { it } from 'vitest';
import { fuzz } from '../../fuzz/fuzz.ts';
import { plainTarget, proxiedTarget, proxyHeaderTarget, tlsTarget } from '../../fuzz/http-target.ts';

it.each([
  ['plain HTTP', plainTarget, 400],
  ['plain HTTP behind a proxy', proxiedTarget, 100],
  ['the header of a proxy', proxyHeaderTarget, 100],
  ['a TLS handshake', tlsTarget, 100],
] as const)('%s holds up', async (_name, create, runs) => {
  const target = await create();
  await fuzz(target, { runs }).finally(target.stop);
});
