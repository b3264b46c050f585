import type { DomainEvent, Recorded } from '@vivier/kernel';
import { cv, letter } from '../candidate/candidate.fixtures.ts';
import { applicationEvents as events } from './application.events.ts';
import {
  cvAccepted,
  cvPlaced,
  cvSelected,
  newerCvPlaced,
  started,
  submitted,
  wholeReturned,
} from './application.fixtures.ts';
import { isShownToReviewers } from './shown-versions.ts';

const at = '2026-03-02T09:00:00.000Z';
const shown = (version: number, ...after: readonly DomainEvent[]): boolean => {
  const history = [started, ...after].map((event) => ({ ...event, at }) as Recorded);
  return isShownToReviewers(history, cv.documentId, version);
};
const takenOut = events.DocumentDeselected({ ...cvPlaced, from: 'submitted' });
const repinned = events.DocumentRepinned({ ...newerCvPlaced, previousVersion: 1, from: 'valid' });

test('What lies in a dossier now is shown, and no other version of it', () => {
  expect(shown(1, cvSelected)).toBe(true);
  expect(shown(2, cvSelected)).toBe(false);
  expect(shown(1)).toBe(false);
});

test('What a candidate tried and took out again in a draft stays their own, sent later or not', () => {
  expect(shown(1, cvSelected, takenOut)).toBe(false);
  expect(shown(1, cvSelected, takenOut, submitted)).toBe(false);
});

test('What another document replaced in a draft stays their own too', () => {
  const { documentId, contentHash } = letter;
  const instead = { item: 'cv', documentId, version: 1, contentHash, from: 'submitted' } as const;
  expect(shown(1, cvSelected, events.DocumentSelected(instead), submitted)).toBe(false);
});

test('What was sent or reviewed stays shown, whatever became of it', () => {
  expect(shown(1, cvSelected, submitted, wholeReturned, takenOut)).toBe(true);
  expect(shown(1, cvSelected, cvAccepted, takenOut)).toBe(true);
  expect(shown(1, cvSelected, submitted, repinned)).toBe(true);
  expect(shown(2, cvSelected, submitted, repinned)).toBe(true);
});

test('R-021: what is not applicable any more stays shown once it was sent', () => {
  const not = events.DocumentMarkedNotApplicable({ ...cvPlaced, from: 'submitted' });
  expect(shown(1, cvSelected, submitted, wholeReturned, not)).toBe(true);
});
