import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FileRefused, type FileRefusal } from '../refusals.ts';
import { docx, docxEntries, odt, WORD_MAIN } from '../testing/office.ts';
import { objectStream, pdf, pdfStream } from '../testing/pdf.ts';
import { doc, withoutSectors } from '../testing/word-binary.ts';
import { zip } from '../testing/zip.ts';
import { inspectDocument } from './inspect.ts';

const sample = (name: string) =>
  readFileSync(join(import.meta.dirname, '../../../../test/samples', name));

const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
const ODT = 'application/vnd.oasis.opendocument.text';

type Case = readonly [what: string, content: Buffer, code: FileRefusal];

const refusedWith = (cases: readonly Case[]) =>
  test.each(cases)('%s is refused', async (_, content, code) => {
    await expect(inspectDocument(content)).rejects.toMatchObject({ name: 'FileRefused', code });
  });

const acceptedAs = (cases: readonly (readonly [what: string, content: Buffer, type: string])[]) =>
  test.each(cases)('%s is accepted', async (_, content, type) => {
    await expect(inspectDocument(content)).resolves.toBe(type);
  });

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

describe('A Word document', () => {
  const field = (...runs: string[]) =>
    `<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r>${runs
      .map((run) => `<w:r><w:instrText>${run}</w:instrText></w:r>`)
      .join('')}<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>`;
  const related = (type: string, target: string, external = false) =>
    docx({ relationships: [{ type, target, external }] });
  const workbook = (parts: Parameters<typeof docx>[0] = {}) => ({
    name: 'word/embeddings/Microsoft_Excel_Worksheet.xlsx',
    content: docx({ mainType: 'application/vnd.x.sheet.main+xml', ...parts }),
  });
  acceptedAs([
    ['the smallest one', docx(), DOCX],
    ['one with a link', related('hyperlink', 'https://www.example.org/', true), DOCX],
    [
      'one made from a template on its writer’s drive',
      related('attachedTemplate', 'file:///C:\\Users\\c\\CV.dotx', true),
      DOCX,
    ],
    ['one with the table behind a chart', docx({ parts: [workbook()] }), DOCX],
    ['one with a place to click', docx({ body: field('MACROBUTTON NoMacro [Name]') }), DOCX],
  ]);
  refusedWith([
    [
      'one with macros',
      docx({ parts: [{ name: 'word/vbaProject.bin', content: 'x' }] }),
      'FileHasMacros',
    ],
    [
      'one with macros under another name',
      docx({
        relationships: [{ type: 'vbaProject', target: 'media/a.png' }],
        parts: [{ name: 'word/media/a.png', content: 'x' }],
      }),
      'FileHasMacros',
    ],
    [
      'a docm under the name of a docx',
      docx({ mainType: 'application/vnd.ms-word.document.macroEnabled.main+xml' }),
      'FileHasMacros',
    ],
    [
      'one with macros in the table behind a chart',
      docx({ parts: [workbook({ parts: [{ name: 'xl/vbaProject.bin', content: 'x' }] })] }),
      'FileHasMacros',
    ],
    [
      'one with a remote template',
      related('attachedTemplate', 'https://example.net/t.dotm', true),
      'FileHasActiveContent',
    ],
    [
      'one with a template on another machine',
      related('attachedTemplate', 'file:////host/t.dotm', true),
      'FileHasActiveContent',
    ],
    [
      'one that fetches a picture',
      related('image', 'http://example.net/p.png', true),
      'FileHasActiveContent',
    ],
    [
      'one with an embedded object',
      related('oleObject', 'embeddings/o.bin'),
      'FileHasActiveContent',
    ],
    [
      'one with a program among its pictures',
      docx({ parts: [{ name: 'word/media/a.png', content: 'MZ\x90' }] }),
      'FileHasActiveContent',
    ],
    [
      'one with an archive inside an archive inside',
      docx({ parts: [workbook({ parts: [workbook()] })] }),
      'FileHasActiveContent',
    ],
    [
      'one with an archive that is no document',
      docx({ parts: [{ name: 'word/media/a.png', content: zip([{ name: 'a', content: 'b' }]) }] }),
      'FileHasActiveContent',
    ],
    [
      'one that starts a program by a field',
      docx({ body: field('DDEAUTO c:\\\\x') }),
      'FileHasActiveContent',
    ],
    [
      'one with such a field in pieces',
      docx({ body: field(' D', 'DE', 'AUTO x') }),
      'FileHasActiveContent',
    ],
    [
      'one with such a field in an attribute',
      docx({ body: '<w:p><w:fldSimple w:instr="DDE x y"/></w:p>' }),
      'FileHasActiveContent',
    ],
    [
      'one that declares entities',
      docx({ prolog: '<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>' }),
      'FileHasActiveContent',
    ],
    [
      'one in an encoding that hides its markup',
      docx({ prolog: '<?xml version="1.0" encoding="UTF-7"?>' }),
      'FileDamaged',
    ],
    ['one that is not well-formed', docx({ body: '<w:p>' }), 'FileDamaged'],
    [
      'one with markup under a name that is not looked into',
      docx({ overrides: { '/word/header.bin': 'application/vnd.x.header+xml' } }),
      'FileDamaged',
    ],
    [
      'one without its main part',
      zip(docxEntries().filter(({ name }) => name !== 'word/document.xml')),
      'FileDamaged',
    ],
  ]);
});

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

describe('An OpenDocument text', () => {
  const href = (element: string, target: string) =>
    odt({ text: `<${element} xlink:href="${target}"/>` });
  acceptedAs([
    ['the smallest one', odt(), ODT],
    ['one with a link', href('text:a', 'https://www.example.org/'), ODT],
    ['one with a picture of its own', href('draw:image', 'Pictures/1.png'), ODT],
    [
      'one with a part without a byte',
      odt({ parts: [{ name: 'a/current.xml', content: '' }] }),
      ODT,
    ],
  ]);
  refusedWith([
    [
      'one with macros',
      odt({ parts: [{ name: 'Basic/Standard/M.xml', content: '<a/>' }] }),
      'FileHasMacros',
    ],
    [
      'one with scripts',
      odt({ parts: [{ name: 'Scripts/python/m.py', content: 'x' }] }),
      'FileHasMacros',
    ],
    [
      'one with macros in an object',
      odt({ parts: [{ name: 'Object 1/Basic/m.xml', content: '<a/>' }] }),
      'FileHasMacros',
    ],
    ['one that listens to events', odt({ text: '<script:event-listener/>' }), 'FileHasMacros'],
    [
      'one that fetches a picture',
      href('draw:image', 'http://example.net/p.png'),
      'FileHasActiveContent',
    ],
    [
      'one that fetches a section',
      href('text:section-source', '//host/x.odt'),
      'FileHasActiveContent',
    ],
    ['one with a page inside', odt({ text: '<draw:floating-frame/>' }), 'FileHasActiveContent'],
    [
      'one with an attachment',
      odt({ parts: [{ name: 'Object 1', content: doc() }] }),
      'FileHasActiveContent',
    ],
    [
      'one that is encrypted',
      odt({
        manifest: '<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>',
        parts: [{ name: 'styles.xml', content: Buffer.from('80ff00c0', 'hex') }],
      }),
      'FileEncrypted',
    ],
    ['one without content', zip([{ name: 'mimetype', content: ODT, stored: true }]), 'FileDamaged'],
    ['one whose type is packed', zip([{ name: 'mimetype', content: ODT }]), 'FileDamaged'],
  ]);
});

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

describe('A rich text', () => {
  const rtf = (body: string) => Buffer.from(`{\\rtf1\\ansi ${body}}\n`, 'latin1');
  const field = (instruction: string) => rtf(`{\\field{\\*\\fldinst ${instruction}}{\\fldrslt x}}`);
  acceptedAs([
    ['the smallest one', rtf('Camille Exemple'), 'application/rtf'],
    ['one that writes of objects', rtf('\\\\object and \\{braces\\}'), 'application/rtf'],
    ['one with a link', field('HYPERLINK "https://www.example.org/"'), 'application/rtf'],
    ['one with its writer’s template', rtf('{\\*\\template C:\\\\CV.dot}'), 'application/rtf'],
    ['one with a picture in bytes', rtf('{\\pict\\wmetafile8\\bin3 {{{}'), 'application/rtf'],
  ]);
  refusedWith([
    [
      'one with an embedded object',
      rtf('{\\object\\objemb{\\*\\objdata 01}}'),
      'FileHasActiveContent',
    ],
    ['one with an object in passing', rtf('{\\*\\objdata 01}'), 'FileHasActiveContent'],
    [
      'one with an object among bytes',
      rtf('{\\pict\\bin14 {\\objdata 0102}}'),
      'FileHasActiveContent',
    ],
    ['one that starts a program by a field', field('DDEAUTO c:\\\\x'), 'FileHasActiveContent'],
    ['one with such a field in pieces', field('{\\b D}{\\i DE\n}AUTO x'), 'FileHasActiveContent'],
    ['one with such a field in escapes', field("\\'44\\u68?E x"), 'FileHasActiveContent'],
    [
      'one with a remote template',
      rtf('{\\*\\template http://example.net/t}'),
      'FileHasActiveContent',
    ],
    [
      'one with a template on another machine',
      rtf('{\\*\\template \\\\\\\\host\\\\t}'),
      'FileHasActiveContent',
    ],
    ['one that never ends', Buffer.from('{\\rtf1 {'), 'FileDamaged'],
    ['one with bytes after it', Buffer.concat([rtf('x'), Buffer.from('PK')]), 'FileDamaged'],
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
