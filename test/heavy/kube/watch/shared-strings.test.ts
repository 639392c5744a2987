// What is shared must read the same; that it is one copy shows only in the memory it takes.
import { expect, it } from 'vitest';
import { createShareStrings } from '../../../../operator/kube/watch/shared-strings.ts';
import { heldBytes } from '../../../support/held-bytes.ts';

const sample = (index: number) => ({
  metadata: { name: `name-${index}`, labels: { team: 'the same label on every one of them' }, empty: null },
  status: { conditions: [{ type: 'Ready', message: 'the same message in each of the conditions'.repeat(4), n: 1 }] },
});

it('changes nothing that can be read, deep inside and in lists', () => {
  const share = createShareStrings();
  for (let index = 0; index < 2_000; index++) {
    const object = JSON.parse(JSON.stringify(sample(index)));
    share(object);
    expect(object).toEqual(sample(index));
  }
});

it('keeps one copy of what many objects have', () => {
  const text = JSON.stringify(sample(1));
  const held = (share: (object: object) => void): number => {
    const before = heldBytes();
    const objects = Array.from({ length: 5_000 }, () => {
      const object = JSON.parse(text);
      share(object);
      return object;
    });
    const bytes = heldBytes() - before;
    // Looked at only now, so that they were still in use.
    expect(objects).toHaveLength(5_000);
    return bytes;
  };
  const apart = held(() => undefined);
  expect(held(createShareStrings())).toBeLessThan(apart - 5_000 * 150);
});
