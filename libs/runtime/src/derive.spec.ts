import fc from 'fast-check';
import { derive, deriveCommandId, deriveEventId } from './derive.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test('Derived ids stay what they are for ever: stored streams are found by them', () => {
  expect(derive('application', 'ada', 'summer')).toBe('a4724255-c541-8c2b-8e2a-1127d1f2c8ea');
  expect(deriveEventId('a', '0')).toBe('b0027990-a87a-8140-bad9-c5e257856f17');
  expect(deriveCommandId('a', '0')).toBe('5c72b29a-3c20-840a-b241-c6b1340eb8bc');
});

test('A derived id is a UUID of version 8, whatever the parts', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), (parts) => {
      expect(derive(...parts)).toMatch(UUID);
    }),
    { numRuns: 50 },
  );
});

test('The borders between parts count', () => {
  expect(derive('a', 'b')).not.toBe(derive('ab'));
  expect(derive('a', 'b')).not.toBe(derive('a,b'));
  expect(derive('a', '')).not.toBe(derive('a'));
});
