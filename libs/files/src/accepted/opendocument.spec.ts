import { describe } from '@jest/globals';
import { acceptedAs, ODT, refusedWith } from '../testing/cases.ts';
import { odt } from '../testing/office.ts';
import { doc } from '../testing/word-binary.ts';
import { zip } from '../testing/zip.ts';

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
