/** 24 hours of deliveries: bars upwards for what was accepted, downwards for what was refused. */
import type { HourCount } from '../api/types.ts';

const HOURS = 24;
const STEP = 5;
const BAR = 4;
/** The same upwards and downwards: as many are as high. */
const ROOM = 14;
const BASE = ROOM + 1;

export function HourBars({ hours }: { readonly hours: readonly HourCount[] }) {
  const most = Math.max(1, ...hours.flatMap(({ accepted, refused }) => [accepted, refused]));
  const accepted = hours.reduce((sum, hour) => sum + hour.accepted, 0);
  const refused = hours.reduce((sum, hour) => sum + hour.refused, 0);
  const first = HOURS - hours.length;
  const path = (of: (hour: HourCount) => number, down: boolean): string =>
    hours.map((hour, index) => bar(first + index, barHeight(of(hour), most), down)).join('');
  return (
    <svg
      class="hour-bars"
      viewBox={`0 0 ${HOURS * STEP} ${2 * ROOM + 2}`}
      role="img"
      aria-label={`Last 24 hours: ${accepted} accepted, ${refused} refused`}
    >
      <title>{`Last 24 hours: ${accepted} accepted (up), ${refused} refused (down)`}</title>
      <path class="base" d={`M0 ${BASE - 0.5}h${HOURS * STEP - 1}`} />
      <path class="up" d={path((hour) => hour.accepted, false)} />
      <path class="down" d={path((hour) => hour.refused, true)} />
    </svg>
  );
}

/** One is seen as well as a thousand. */
function barHeight(count: number, most: number): number {
  return count === 0 ? 0 : Math.max(3, Math.round((count / most) * ROOM));
}

function bar(index: number, height: number, down: boolean): string {
  if (height === 0) return '';
  return `M${index * STEP} ${down ? BASE : BASE - 1}h${BAR}v${down ? height : -height}h-${BAR}z`;
}
