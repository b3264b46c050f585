import { deflateSync } from 'node:zlib';
import { describe } from '@jest/globals';
import { acceptedAs, refusedWith } from '../testing/cases.ts';
import { objectStream, pdf, pdfStream } from '../testing/pdf.ts';

describe('A PDF', () => {
  const script = '<</S/JavaScript/JS(app.alert\\(1\\))>>';
  acceptedAs([
    ['one made by hand', pdf(), 'application/pdf'],
    ['one with an object stream', pdf([objectStream('<</Title(Camille)>>')]), 'application/pdf'],
    [
      'one that speaks of scripts in a title',
      pdf(['<</Title(HTML/CSS/JavaScript/JS \\(ES6\\) /Launch)>>']),
      'application/pdf',
    ],
    [
      'one that speaks of scripts in its text and its metadata',
      pdf([
        pdfStream('', '(CSS/JavaScript) Tj'),
        pdfStream('/Type/Metadata/Subtype/XML', '<dc:title>CSS/JavaScript /JS (</dc:title>'),
      ]),
      'application/pdf',
    ],
  ]);
  refusedWith([
    ['one with a script', pdf([script], { catalog: '/OpenAction 4 0 R' }), 'FileHasActiveContent'],
    [
      'one with a script whose name is spelled in escapes',
      pdf(['<</S/#4Aava#53cript/#4aS(1)>>']),
      'FileHasActiveContent',
    ],
    ['one with a script in an object stream', pdf([objectStream(script)]), 'FileHasActiveContent'],
    [
      'one whose object stream does not call itself one',
      pdf([objectStream(script, '/N 1/First 5')]),
      'FileHasActiveContent',
    ],
    [
      'one with a script in a string of an object stream',
      pdf([objectStream(`(${script})`)]),
      'FileHasActiveContent',
    ],
    [
      'one whose objects are packed in a way that nobody uses',
      pdf([pdfStream('/Type/ObjStm/N 1/First 5/Filter[/ASCIIHexDecode/FlateDecode]', '00>')]),
      'FileHasActiveContent',
    ],
    [
      'one whose object stream follows its keyword without a line end',
      pdf([
        Buffer.concat([
          Buffer.from('<</Type/ObjStm/N 1/First 5/Filter/FlateDecode>>stream'),
          deflateSync(Buffer.from(`10 0 ${script}`)),
          Buffer.from('endstream'),
        ]),
      ]),
      'FileHasActiveContent',
    ],
    ['one that launches a program', pdf(['<</S/Launch/F(calc.exe)>>']), 'FileHasActiveContent'],
    ['one with an attachment', pdf([pdfStream('/Type/EmbeddedFile', 'x')]), 'FileHasActiveContent'],
    [
      'one with a form that writes itself',
      pdf([], { catalog: '/AcroForm<</XFA 4 0 R>>' }),
      'FileHasActiveContent',
    ],
    [
      'one that fetches another',
      pdf(['<</S/GoToR/F(\\\\\\\\host\\\\x)>>']),
      'FileHasActiveContent',
    ],
    [
      'one that hides an object in the body of a stream',
      pdf([pdfStream('', `9 0 obj ${script} endobj`)]),
      'FileHasActiveContent',
    ],
    ['one that hides an object in a string', pdf([`(9 0 obj ${script})`]), 'FileHasActiveContent'],
    [
      'one that hides an object in a comment',
      pdf([`%9 0 obj ${script}\nnull`]),
      'FileHasActiveContent',
    ],
    [
      'one that is encrypted',
      pdf(['<</Filter/Standard>>'], { trailer: '/Encrypt 4 0 R' }),
      'FileEncrypted',
    ],
    [
      'one whose object stream is a bomb',
      pdf([
        pdfStream(
          '/Type/ObjStm/N 1/First 5/Filter/FlateDecode',
          deflateSync(Buffer.alloc(5 << 20)),
        ),
      ]),
      'FileDamaged',
    ],
    [
      'one whose object stream does not unpack',
      pdf([pdfStream('/Type/ObjStm/N 1/First 5/Filter/FlateDecode', 'no')]),
      'FileDamaged',
    ],
    ['one with a dictionary that never ends', pdf(['<</Type/ObjStm/X 9 0 obj']), 'FileDamaged'],
    ['one without pages', Buffer.from('%PDF-1.7\nstartxref\n0\n%%EOF'), 'FileDamaged'],
    ['one with a string that never ends', pdf(['(']), 'FileDamaged'],
  ]);
});
