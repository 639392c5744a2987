/** A sentence whose words between backticks are code. */

export function Prose({ text }: { readonly text: string }) {
  // Every second part was between backticks; its place is what it is known by.
  const parts = text.split('`').map((part, place) => ({ part, place }));
  return <>{parts.map(({ part, place }) => (place % 2 === 0 ? part : <code key={place}>{part}</code>))}</>;
}
