import { describe } from '@jest/globals';
import { acceptedAs, refusedWith } from '../testing/cases.ts';
import { doc, withoutSectors } from '../testing/word-binary.ts';

describe('A Word 97 document', () => {
  acceptedAs([
    ['the smallest one', doc(), 'application/msword'],
    ['one among the small streams', doc({ small: true }), 'application/msword'],
    ['one with an empty pool of objects', doc({ storages: ['ObjectPool'] }), 'application/msword'],
  ]);
  refusedWith([
    ['one with macros', doc({ storages: ['Macros', 'VBA'] }), 'FileHasMacros'],
    ['one with macros in an object', doc({ storages: ['_VBA_PROJECT_CUR'] }), 'FileHasMacros'],
    ['one with a packaged file', doc({ streams: ['\u0001Ole10Native'] }), 'FileHasActiveContent'],
    ['one with an embedded object', doc({ storages: ['_1234567890'] }), 'FileHasActiveContent'],
    [
      'one with an equation of the old editor',
      doc({ streams: ['Equation Native'] }),
      'FileHasActiveContent',
    ],
    [
      'one that starts a program by a field',
      doc({ text: '\x13 DDEAUTO c:\\x' }),
      'FileHasActiveContent',
    ],
    [
      'one with such a field in two-byte text',
      doc({ text: Buffer.from('\x13 ddeauto', 'utf16le') }),
      'FileHasActiveContent',
    ],
    ['one with a password', doc({ flags: 0x0100 }), 'FileEncrypted'],
    ['a docx with a password', doc({ streams: ['EncryptedPackage'] }), 'FileEncrypted'],
    ['one whose text runs in a circle', doc({ circular: true }), 'FileDamaged'],
    ['one whose sectors are not there', withoutSectors(doc()), 'FileDamaged'],
  ]);
});
