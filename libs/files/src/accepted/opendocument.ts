import { FileRefused, type FileRefusal } from '../refusals.ts';
import type { Archive, EntryReader } from './archive.ts';
import { liesElsewhere } from './outside.ts';
import type { BinaryReader } from './word-xml.ts';
import { markupReader, type MarkupVisitor } from './xml.ts';

const TEXT = 'application/vnd.oasis.opendocument.text';
const macroElements = new Set(['script', 'event-listener', 'execute-macro']);
const activeElements = new Set([
  'applet',
  'plugin',
  'floating-frame',
  'object-ole',
  'dde-source',
  'dde-link',
  'dde-connection',
  'dde-connection-decl',
]);
/** References that wait for a click, or (the template's) for a question with an answer. */
const waiting = /^(a|area-.+|template)$/;

/** Looks through an OpenDocument text (ISO/IEC 26300). */
export async function inspectOpenDocument(archive: Archive, binary: BinaryReader): Promise<void> {
  if (!archive.startsWith('mimetype')) throw new FileRefused('FileDamaged');
  const names = new Set(archive.names);
  const findings = new Set<FileRefusal>();
  if (archive.names.some((name) => /(^|\/)(Basic|Scripts)\//i.test(name)))
    findings.add('FileHasMacros');
  const visitor: MarkupVisitor = {
    element: (name, attribute) => {
      if (name === 'encryption-data') findings.add('FileEncrypted');
      if (macroElements.has(name)) findings.add('FileHasMacros');
      if (activeElements.has(name)) findings.add('FileHasActiveContent');
      if (!waiting.test(name) && liesElsewhere(attribute('href') ?? ''))
        findings.add('FileHasActiveContent');
    },
  };
  let mimetype = '';
  const mimetypeReader: EntryReader = {
    write: (piece) => {
      mimetype = (mimetype + piece.toString('latin1')).slice(0, 256);
    },
    end: () => {
      if (mimetype !== TEXT) throw new FileRefused('FileTypeNotAccepted');
    },
  };
  await archive.readAll((name) => {
    if (name === 'mimetype') return mimetypeReader;
    // An encrypted part is no markup: what the manifest says of it comes last and decides.
    if (/\.(xml|rdf)$/i.test(name))
      return patient(markupReader(visitor, archive.budget), () => findings.add('FileDamaged'));
    return binary(name);
  });
  for (const code of [
    'FileEncrypted',
    'FileHasMacros',
    'FileHasActiveContent',
    'FileDamaged',
  ] as const)
    if (findings.has(code)) throw new FileRefused(code);
  if (!names.has('content.xml') || !names.has('META-INF/manifest.xml'))
    throw new FileRefused('FileDamaged');
}

/** A reader that notes unreadable markup and goes on, instead of stopping at it. */
function patient(reader: EntryReader, damaged: () => void): EntryReader {
  let stopped = false;
  const attempt = (act: () => void) => {
    if (stopped) return;
    try {
      act();
    } catch (error) {
      if (!(error instanceof FileRefused) || error.code !== 'FileDamaged') throw error;
      stopped = true;
      damaged();
    }
  };
  return {
    write: (piece) => attempt(() => reader.write(piece)),
    end: () => attempt(() => reader.end()),
  };
}
