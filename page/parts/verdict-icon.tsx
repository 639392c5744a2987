/** A verdict as a picture. */
import type { Verdict } from '../api/types.ts';
import { Icon, type IconName } from './icon.tsx';

const pictures: Readonly<Record<Verdict, readonly [IconName, tone: string]>> = {
  accepted: ['check', 'ok'],
  pending: ['clock', 'warn'],
  refused: ['cross', 'bad'],
  ignored: ['skip', 'muted'],
};

export function VerdictIcon({ verdict }: { readonly verdict: Verdict }) {
  const [name, tone] = pictures[verdict];
  return <Icon name={name} tone={tone} />;
}
