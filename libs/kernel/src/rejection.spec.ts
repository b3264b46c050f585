import { declaredRejections, defineRejections, isRejection } from './rejection.ts';

const refuse = defineRejections({
  LetterTooLong: { message: 'The letter is too long.', remedy: 'Write a shorter one.' },
  PostOfficeFull: { message: 'There is no room.', remedy: 'Come again.', retry: 'later' },
});

test('A refusal is a value with its code, what is wrong, what can be done and whether to retry', () => {
  expect(refuse.LetterTooLong()).toEqual({
    rejected: 'LetterTooLong',
    message: 'The letter is too long.',
    remedy: 'Write a shorter one.',
    retry: 'never',
  });
  expect(refuse.PostOfficeFull().retry).toBe('later');
  expect(refuse.LetterTooLong({ pages: 3 }).details).toEqual({ pages: 3 });
});

test('Every refusal that is declared stands in the catalogue', () => {
  expect(declaredRejections().get('LetterTooLong')?.remedy).toBe('Write a shorter one.');
});

test('One code says one thing, wherever it is declared', () => {
  const again = { message: 'The letter is too long.', remedy: 'Write a shorter one.' };
  expect(defineRejections({ LetterTooLong: again }).LetterTooLong()).toEqual(
    refuse.LetterTooLong(),
  );
  expect(() => defineRejections({ LetterTooLong: { ...again, retry: 'now' } })).toThrow(
    'The refusal LetterTooLong is declared twice and says two things.',
  );
});

test('A refusal is told from a list of events', () => {
  expect(isRejection(refuse.LetterTooLong())).toBe(true);
  expect(isRejection([])).toBe(false);
  expect(isRejection(undefined)).toBe(false);
});
