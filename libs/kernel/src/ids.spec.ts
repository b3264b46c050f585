import { id, streamCategory, streamKey, streamName, type Brand } from './ids.ts';

test('A stream is called by category and id, and both are found again', () => {
  const stream = streamName('application', 'd0551e40-0000-4000-8000-000000000001');
  expect(stream).toBe('application-d0551e40-0000-4000-8000-000000000001');
  expect(streamCategory(stream)).toBe('application');
  expect(streamKey(stream)).toBe('d0551e40-0000-4000-8000-000000000001');
});

test('An id is a UUID', () => {
  const schema = id<Brand<'LetterId'>>();
  expect(schema.safeParse('d0551e40-0000-4000-8000-000000000001').success).toBe(true);
  expect(schema.safeParse('1').success).toBe(false);
});
