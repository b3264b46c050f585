import {
  MongoNetworkError,
  MongoServerError,
  MongoServerSelectionError,
  MongoWriteConcernError,
} from 'mongodb';
import { isDatabaseAway } from './unavailable.ts';

const stepping = (): MongoServerError => {
  const error = new MongoServerError({ message: 'not primary', code: 10107 });
  error.addErrorLabel('RetryableWriteError');
  return error;
};

test('A database that does not answer, or changes its primary, is away', () => {
  expect(isDatabaseAway(new MongoNetworkError('cut'))).toBe(true);
  expect(isDatabaseAway(new MongoServerSelectionError('none', {} as never))).toBe(true);
  expect(isDatabaseAway(stepping())).toBe(true);
});

test('A database that refuses, and any other error, is not', () => {
  expect(isDatabaseAway(new MongoServerError({ message: 'duplicate', code: 11000 }))).toBe(false);
  expect(
    isDatabaseAway(
      new MongoWriteConcernError({ writeConcernError: { code: 100, errmsg: 'w' }, ok: 1 }),
    ),
  ).toBe(false);
  expect(isDatabaseAway(new TypeError('a bug'))).toBe(false);
  expect(isDatabaseAway('cut')).toBe(false);
});
