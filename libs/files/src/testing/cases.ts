import { expect, test } from '@jest/globals';
import { inspectDocument } from '../accepted/inspect.ts';
import type { FileRefusal } from '../refusals.ts';

export const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
export const ODT = 'application/vnd.oasis.opendocument.text';

type Refused = readonly [what: string, content: Buffer, code: FileRefusal];
type Accepted = readonly [what: string, content: Buffer, type: string];

/** One test for each document that must be refused, and why. */
export const refusedWith = (cases: readonly Refused[]): void =>
  test.each(cases)('%s is refused', async (_, content, code) => {
    await expect(inspectDocument(content)).rejects.toMatchObject({ name: 'FileRefused', code });
  });

/** One test for each document that must be accepted, and as what. */
export const acceptedAs = (cases: readonly Accepted[]): void =>
  test.each(cases)('%s is accepted', async (_, content, type) => {
    await expect(inspectDocument(content)).resolves.toBe(type);
  });
