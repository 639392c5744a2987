/** Small pictures: a shape of its own for each meaning, so that no colour is needed to tell them apart. */

const CIRCLE = 'M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 0 0 0-13';

const paths = {
  check: `${CIRCLE}M5 8.2l2.1 2.1l4-4.3`,
  cross: 'M5.3 1.5h5.4l3.8 3.8v5.4l-3.8 3.8H5.3l-3.8-3.8V5.3ZM5.7 5.7l4.6 4.6m0-4.6l-4.6 4.6',
  warning: 'M8 1.8L15 14H1ZM8 6.2v3.6M8 11.9v.1',
  clock: `${CIRCLE}M8 4.5V8l2.5 1.6`,
  empty:
    'M8 1.5a6.5 6.5 0 0 1 4.6 1.9M14.5 8a6.5 6.5 0 0 1-1.9 4.6M8 14.5a6.5 6.5 0 0 1-4.6-1.9M1.5 8a6.5 6.5 0 0 1 1.9-4.6',
  skip: `${CIRCLE}M5 8h6`,
  pause: `${CIRCLE}M6.3 5.5v5M9.7 5.5v5`,
  copy: 'M5.5 5.5v-4h9v9h-4M1.5 5.5h9v9h-9Z',
  search: 'M7 2a5 5 0 1 0 0 10a5 5 0 0 0 0-10M10.6 10.6L14.5 14.5',
  key: 'M5.2 7.2a3.3 3.3 0 1 0 0 6.6a3.3 3.3 0 0 0 0-6.6M7.6 8.4L14 2M11 5l2.4 2.4',
} as const;

export type IconName = keyof typeof paths;

/** Beside words that say the same. */
export function Icon({ name, tone = '' }: { readonly name: IconName; readonly tone?: string }) {
  return (
    <svg class={`icon ${tone}`} viewBox="0 0 16 16" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
