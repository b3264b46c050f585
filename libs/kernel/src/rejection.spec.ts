import { declaredRejections, defineRejections, isRejection } from './rejection.ts';

const refuse = defineRejections({
  LetterTooLong: { message: 'The letter is too long.', remedy: 'Write a shorter one.' },
});

test('A refusal is a value with its code, what is wrong and what can be done', () => {
  expect(refuse.LetterTooLong()).toEqual({
    rejected: 'LetterTooLong',
    message: 'The letter is too long.',
    remedy: 'Write a shorter one.',
  });
  expect(refuse.LetterTooLong({ pages: 3 }).details).toEqual({ pages: 3 });
});

test('Every refusal that is declared stands in the catalogue', () => {
  expect(declaredRejections().get('LetterTooLong')?.remedy).toBe('Write a shorter one.');
});

test('A refusal is told from a list of events', () => {
  expect(isRejection(refuse.LetterTooLong())).toBe(true);
  expect(isRejection([])).toBe(false);
  expect(isRejection(undefined)).toBe(false);
});
