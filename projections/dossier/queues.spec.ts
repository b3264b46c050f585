import type { OverallState, ReviewState } from '@vivier/domain/events';
import { queueOf } from './queues.ts';

const row = (state: ReviewState, more = {}) => ({
  state,
  asked: true,
  overridden: false,
  ...more,
});

test.each<[OverallState | 'forgotten' | 'erased', string]>([
  ['draft', 'waitingForCandidate'],
  ['returned', 'waitingForCandidate'],
  ['submitted', 'toReview'],
  ['accepted', 'none'],
  ['rejectedFinally', 'none'],
  ['withdrawn', 'none'],
  ['forgotten', 'none'],
  ['erased', 'none'],
])('A dossier that is %s is in the queue %s', (state, queue) => {
  expect(queueOf(state, [row('valid'), row('missing')])).toBe(queue);
});

test('A.4: an expired verdict on what was accepted is a task', () => {
  expect(queueOf('accepted', [row('valid'), row('expired')])).toBe('expired');
  expect(queueOf('returned', [row('expired')])).toBe('waitingForCandidate');
});

test('A.4: replaced after it had expired, it waits for a reviewer, whatever else has expired', () => {
  expect(queueOf('accepted', [row('expired'), row('submitted')])).toBe('toReview');
});

test('R-021: what is not asked for is nobody’s task', () => {
  expect(queueOf('accepted', [row('expired', { asked: false })])).toBe('none');
  expect(queueOf('accepted', [row('submitted', { asked: false })])).toBe('none');
});

test('R-027: what the whole was accepted against is nobody’s task either', () => {
  expect(queueOf('accepted', [row('submitted', { overridden: true })])).toBe('none');
  expect(queueOf('accepted', [row('expired', { overridden: true })])).toBe('none');
});
