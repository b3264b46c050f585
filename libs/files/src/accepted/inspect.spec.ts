import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { FileRefused } from '../refusals.ts';
import { acceptedAs, DOCX, ODT, refusedWith } from '../testing/cases.ts';
import { docx, docxEntries, odt, WORD_MAIN } from '../testing/office.ts';
import { pdf } from '../testing/pdf.ts';
import { doc } from '../testing/word-binary.ts';
import { zip } from '../testing/zip.ts';
import { inspectDocument } from './inspect.ts';

// Hundreds of files are unpacked and read, on machines that do other things as well.
jest.setTimeout(60_000);

const sample = (name: string) =>
  readFileSync(join(import.meta.dirname, '../../../../test/samples', name));

describe('A document written by a real program', () => {
  acceptedAs([
    ['a PDF', sample('CV.pdf'), 'application/pdf'],
    ['a Word document', sample('CV.docx'), DOCX],
    ['an OpenDocument text', sample('letter.odt'), ODT],
    ['a rich text', sample('CV.rtf'), 'application/rtf'],
    ['a Word 97 document', sample('old.doc'), 'application/msword'],
  ]);
  test.each(['CV.pdf', 'CV.docx', 'letter.odt', 'CV.rtf', 'old.doc'])(
    'is damaged when its second half is missing (%s)',
    async (name) => {
      const whole = sample(name);
      const half = whole.subarray(0, whole.length / 2);
      await expect(inspectDocument(half)).rejects.toMatchObject({ code: 'FileDamaged' });
    },
  );
});

describe('The type of a file', () => {
  refusedWith([
    ['a file without a byte', Buffer.alloc(0), 'FileEmpty'],
    ['plain text', Buffer.from('Camille Exemple'), 'FileTypeNotAccepted'],
    ['a program', Buffer.from('MZ\x90\0\x03\0\0\0'), 'FileTypeNotAccepted'],
    ['a web page', Buffer.from('<html><script>1</script></html>'), 'FileTypeNotAccepted'],
    [
      'a PDF behind other bytes',
      Buffer.concat([Buffer.from('GIF89a'), pdf()]),
      'FileTypeNotAccepted',
    ],
    ['an archive', zip([{ name: 'CV.pdf', content: pdf() }]), 'FileTypeNotAccepted'],
    [
      'an archive that is both kinds of document',
      zip([...docxEntries(), { name: 'mimetype', content: ODT, stored: true }]),
      'FileTypeNotAccepted',
    ],
    [
      'a workbook',
      docx({ mainType: WORD_MAIN.replace('wordprocessingml.document', 'spreadsheetml.sheet') }),
      'FileTypeNotAccepted',
    ],
    ['a spreadsheet', odt({ mimetype: ODT.replace('text', 'spreadsheet') }), 'FileTypeNotAccepted'],
    ['a compound file of another program', doc({ mainStream: 'Workbook' }), 'FileTypeNotAccepted'],
    ['a document of Word 95', doc({ version: 0xa5dc }), 'FileTypeNotAccepted'],
    [
      'a PDF that is an archive, too',
      Buffer.concat([pdf(), zip(docxEntries())]),
      'FileTypeNotAccepted',
    ],
  ]);
});

describe('A document made to keep its reader busy', () => {
  const many = (piece: string) => piece.repeat(Math.floor(900_000 / piece.length));
  const begun = (instructions: string) =>
    docx({ body: `<w:fldChar w:fldCharType="begin"/>${instructions}` });

  // Without bounds, each of these takes minutes: they would run into the time limit of the test.
  refusedWith([
    ['one of spaces in a field', Buffer.from(`{\\rtf1{\\fldinst ${many(' ')}`), 'FileDamaged'],
    ['one of brackets', pdf([many('(')]), 'FileDamaged'],
    ['one of objects in strings', pdf([many('(1 0 obj)')]), 'FileHasActiveContent'],
    [
      'one of instructions in one field',
      begun('<w:instrText>x</w:instrText><w:fldChar w:fldCharType="separate"/>'.repeat(150_000)),
      'FileDamaged',
    ],
  ]);
  acceptedAs([
    ['one of comments', pdf([many('%\n')]), 'application/pdf'],
    ['one of strings', pdf([many('()')]), 'application/pdf'],
    ['one of digits', pdf([many('1 ')]), 'application/pdf'],
  ]);
});

describe('A real document with some bytes changed', () => {
  test.each(['CV.pdf', 'letter.odt', 'CV.rtf', 'old.doc'])(
    'is accepted or refused, and never anything else (%s)',
    async (name) => {
      const whole = sample(name);
      const changes = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 8 });
      await fc.assert(
        fc.asyncProperty(changes, async (changed) => {
          const content = Buffer.from(whole);
          for (const [at, byte] of changed) content[at] = byte;
          const outcome = await inspectDocument(content).catch((failure: unknown) => failure);
          expect(typeof outcome === 'string' || outcome instanceof FileRefused).toBe(true);
        }),
        { numRuns: 40 },
      );
    },
  );
});
