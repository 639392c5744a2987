/** How an object does, as a picture. */
import type { Health } from '../words/health.ts';
import { Icon, type IconName } from './icon.tsx';

const pictures: Readonly<Record<Health, readonly [IconName, tone: string]>> = {
  broken: ['cross', 'bad'],
  unready: ['pause', 'bad'],
  unresolved: ['warning', 'warn'],
  refused: ['cross', 'warn'],
  pending: ['clock', 'warn'],
  none: ['empty', 'muted'],
  ok: ['check', 'ok'],
};

export function HealthIcon({ health }: { readonly health: Health }) {
  const [name, tone] = pictures[health];
  return <Icon name={name} tone={tone} />;
}
