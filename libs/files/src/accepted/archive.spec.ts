import { describe } from '@jest/globals';
import { refusedWith } from '../testing/cases.ts';
import { docx } from '../testing/office.ts';
import { type zip } from '../testing/zip.ts';

describe('An archive', () => {
  const withPart = (part: Parameters<typeof zip>[0][number]) => docx({ parts: [part] });
  refusedWith([
    [
      'one that unpacks to too much',
      withPart({ name: 'b.bin', content: Buffer.alloc(33 << 20) }),
      'FileDamaged',
    ],
    [
      'one that claims to unpack to too much',
      withPart({ name: 'b.bin', content: 'x', claimedSize: 0x7fff_ffff }),
      'FileDamaged',
    ],
    [
      'one that unpacks to more than it claims',
      withPart({ name: 'b.bin', content: Buffer.alloc(1 << 20), claimedSize: 10 }),
      'FileDamaged',
    ],
    [
      'one with too many entries',
      docx({
        parts: Array.from({ length: 2001 }, (_, at) => ({ name: `p${at}.bin`, content: '' })),
      }),
      'FileDamaged',
    ],
    [
      'one whose inner archive takes the rest of the room',
      docx({
        parts: [
          { name: 'a.bin', content: Buffer.alloc(20 << 20) },
          {
            name: 'b.bin',
            content: docx({ parts: [{ name: 'c.bin', content: Buffer.alloc(20 << 20) }] }),
          },
        ],
      }),
      'FileDamaged',
    ],
    ['one with markup of no end', docx({ body: '<w:p/>'.repeat(300_000) }), 'FileDamaged'],
    ['one with markup of no depth', docx({ body: '<a>'.repeat(1_000_000) }), 'FileDamaged'],
    [
      'one with an element of too many attributes',
      docx({ body: `<a ${Array.from({ length: 501 }, (_, at) => `a${at}=""`).join(' ')}/>` }),
      'FileDamaged',
    ],
    [
      'one with overlapping entries',
      withPart({ name: 'b.bin', content: '', overlapping: true }),
      'FileDamaged',
    ],
    [
      'one with two names for one entry',
      withPart({ name: 'a.bin', content: '', localName: 'b.xml' }),
      'FileDamaged',
    ],
    [
      'one with a name twice',
      withPart({ name: 'Word/document.xml', content: '<a/>' }),
      'FileDamaged',
    ],
    [
      'one that leads out of its folder',
      withPart({ name: '../../a.bin', content: '' }),
      'FileDamaged',
    ],
    [
      'one with a link to another file',
      withPart({ name: 'a.bin', content: '/etc/passwd', symlink: true }),
      'FileDamaged',
    ],
    [
      'one with a false checksum',
      withPart({ name: 'a.bin', content: 'x', claimedCrc: 1 }),
      'FileDamaged',
    ],
    [
      'one with bytes before it',
      Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(30), docx()]),
      'FileDamaged',
    ],
    ['one with bytes after it', Buffer.concat([docx(), Buffer.from('x')]), 'FileDamaged'],
    [
      'one with an encrypted entry',
      withPart({ name: 'a.bin', content: 'x', encrypted: true }),
      'FileEncrypted',
    ],
  ]);
});
