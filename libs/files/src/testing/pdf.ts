import { deflateSync } from 'node:zlib';

/** A one-page PDF made of a catalogue, a page, and whatever objects a test adds; offsets are true. */
export function pdf(
  objects: readonly (string | Buffer)[] = [],
  { catalog = '', trailer = '' }: { readonly catalog?: string; readonly trailer?: string } = {},
): Buffer {
  const all = [
    `<</Type/Catalog/Pages 2 0 R ${catalog}>>`,
    '<</Type/Pages/Kids[3 0 R]/Count 1>>',
    '<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>',
    ...objects,
  ];
  const parts: Buffer[] = [Buffer.from('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n', 'latin1')];
  const offsets: number[] = [];
  let at = parts[0]!.length;
  const put = (bytes: Buffer) => {
    parts.push(bytes);
    at += bytes.length;
  };
  all.forEach((object, index) => {
    offsets.push(at);
    put(Buffer.from(`${index + 1} 0 obj\n`));
    put(Buffer.from(object as Buffer));
    put(Buffer.from('\nendobj\n'));
  });
  const lines = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  put(
    Buffer.from(
      `xref\n0 ${all.length + 1}\n0000000000 65535 f \n${lines}trailer\n<</Root 1 0 R/Size ${all.length + 1}${trailer}>>\nstartxref\n${at}\n%%EOF\n`,
    ),
  );
  return Buffer.concat(parts);
}

/** A stream object with its dictionary. */
export const pdfStream = (dictionary: string, body: Buffer | string): Buffer => {
  const bytes = Buffer.from(body as Buffer);
  return Buffer.concat([
    Buffer.from(`<<${dictionary}/Length ${bytes.length}>>\nstream\n`),
    bytes,
    Buffer.from('\nendstream'),
  ]);
};

/** A compressed object stream that holds one object, the tenth. */
export const objectStream = (object: string, dictionary = '/Type/ObjStm/N 1/First 5'): Buffer =>
  pdfStream(`${dictionary}/Filter/FlateDecode`, deflateSync(Buffer.from(`10 0 ${object}`)));
