import { describe } from '@jest/globals';
import { acceptedAs, DOCX, refusedWith } from '../testing/cases.ts';
import { docx, docxEntries } from '../testing/office.ts';
import { zip } from '../testing/zip.ts';

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
