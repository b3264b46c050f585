import { once } from 'node:events';
import { connect } from 'node:net';
import { put, type Client } from '../support/client.ts';
import {
  deposit,
  registered,
  sample,
  signIn,
  staffed,
  upload,
  type Staff,
} from '../support/people.ts';
import { running, type Running } from '../support/running.ts';

let house: Running;
let maison: Staff;
let ada: Client;
let bo: Client;
beforeAll(async () => {
  house = await running();
  maison = await staffed(house);
  const invitation = await maison.invite();
  const known = (name: string) =>
    registered(house, maison, invitation, {
      fullName: `${name} Exemple`,
      email: `${name.toLowerCase()}@example.org`,
    });
  ada = (await known('Ada')).client;
  bo = (await known('Bo')).client;
});
afterAll(() => house.end());

const requested = async (): Promise<{ uploadId: string; url: string }> => {
  const { uploadId, url } = await ada.do('requestUpload');
  return { uploadId, url: url ?? '' };
};

describe('R-059, R-060: a document is what its content says,', () => {
  test.each([
    ['CV.pdf', 'application/pdf'],
    ['CV.docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
    ['CV.rtf', 'application/rtf'],
    ['letter.odt', 'application/vnd.oasis.opendocument.text'],
    ['old.doc', 'application/msword'],
  ])('%s', async (name, mediaType) => {
    const bytes = await sample(name);
    // Its name says nothing, and may say something else.
    const { document } = await deposit(ada, 'whatever.txt', bytes);
    expect(document?.versions).toMatchObject([
      { version: 1, mediaType, size: bytes.length, fileName: 'whatever.txt' },
    ]);
  });

  test.each([
    ['a text that is called a pdf', Buffer.from('not a pdf at all')],
    ['a program', Buffer.concat([Buffer.from('MZ'), Buffer.alloc(4096)])],
    ['a picture', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')],
    ['a web page', Buffer.from('<!doctype html><script>alert(1)</script>')],
  ])('%s is refused, and nothing is kept of it', async (_, bytes) => {
    const { uploadId, url } = await requested();
    const { status, text } = await put(url, bytes);
    expect([status, (JSON.parse(text) as { code: string }).code]).toEqual([
      422,
      'FileTypeNotAccepted',
    ]);
    expect(await ada.tries('addDocument', { uploadId, fileName: 'CV.pdf' })).toMatchObject({
      code: 'UploadUnknown',
    });
  });

  test('and one that breaks off inside is refused as damaged', async () => {
    const { url } = await requested();
    const whole = await sample('CV.docx');
    const { status, text } = await put(url, whole.subarray(0, whole.length / 2));
    expect(status).toBe(422);
    expect((JSON.parse(text) as { code: string }).code).toBe('FileDamaged');
  });

  test('and an empty one is refused as empty', async () => {
    const { url } = await requested();
    const { status, text } = await put(url, new Uint8Array());
    expect([status, (JSON.parse(text) as { code: string }).code]).toEqual([422, 'FileEmpty']);
  });
});

test('R-061: 1000 Ko are the most, told before and while the bytes come', async () => {
  const tooLarge = Buffer.concat([await sample('CV.pdf'), Buffer.alloc(1_024_000)]);
  const announced = await put((await requested()).url, tooLarge);
  expect([announced.status, announced.text]).toEqual([
    413,
    expect.stringContaining('FileTooLarge'),
  ]);

  // Sent in pieces, without telling how much will come. The line is closed as soon as it is too much,
  // and the answer may be lost with it.
  const { uploadId, url } = await requested();
  const body = new Blob([new Uint8Array(tooLarge)]).stream();
  const status = await fetch(url, { method: 'PUT', body, duplex: 'half' }).then(
    (answer) => answer.status,
    () => 'lost',
  );
  expect([413, 'lost']).toContain(status);
  expect((await ada.tries('addDocument', { uploadId, fileName: 'CV.pdf' })).code).toBe(
    'UploadUnknown',
  );
  // What was refused has used its address up; the right file gets another.
  expect((await put(url, await sample('CV.pdf'))).status).toBe(404);
  expect((await put((await requested()).url, await sample('CV.pdf'))).status).toBe(201);
});

/** Speaks HTTP by hand, and hangs up in the middle. */
const hangUpAfter = (url: string, bytes: Uint8Array, announced: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const { hostname, port, pathname } = new URL(url);
    const socket = connect(Number(port), hostname, () => {
      socket.write(
        `PUT ${pathname} HTTP/1.1\r\nhost: here\r\ncontent-length: ${announced}\r\n\r\n`,
      );
      socket.write(bytes, () => socket.destroy());
    });
    socket.on('error', reject).on('close', () => resolve());
  });

test('A transfer that breaks off leaves nothing, and the same address takes the whole file after it', async () => {
  const { uploadId, url } = await requested();
  const whole = await sample('CV.pdf');
  await hangUpAfter(url, whole.subarray(0, 5_000), whole.length);
  expect((await ada.tries('addDocument', { uploadId, fileName: 'CV.pdf' })).code).toBe(
    'UploadUnknown',
  );
  expect((await put(url, whole)).status).toBe(201);
  const { document } = await ada.do('addDocument', { uploadId, fileName: 'CV.pdf' });
  expect(document?.versions).toMatchObject([{ size: whole.length }]);
});

test('A transfer that stalls does not keep the server from stopping, and leaves nothing', async () => {
  const other = await running({ patience: 50 });
  const staff = await staffed(other);
  const eve = { fullName: 'Eve Exemple', email: 'eve@example.org' };
  const { client } = await registered(other, staff, await staff.invite(), eve);
  const { uploadId, url } = await client.do('requestUpload');
  const { hostname, port, pathname } = new URL(url ?? '');
  const socket = connect(Number(port), hostname);
  const hungUp = once(socket, 'close');
  socket.write(
    `PUT ${pathname} HTTP/1.1\r\nhost: here\r\ncontent-length: 5000\r\nexpect: 100-continue\r\n\r\n`,
  );
  // The server says that it listens; then there is nothing more to hear.
  await once(socket, 'data');
  socket.write('%PDF-1.7');
  const next = await other.again();
  await hungUp;
  const again = await signIn(next, staff.slug, eve.email);
  expect((await again.tries('addDocument', { uploadId, fileName: 'CV.pdf' })).code).toBe(
    'UploadUnknown',
  );
  await next.end();
});

test('An address is good for one complete transfer and for ten minutes', async () => {
  const bytes = await sample('CV.pdf');
  const used = await requested();
  expect((await put(used.url, bytes)).status).toBe(201);
  const again = await put(used.url, bytes);
  expect([again.status, (JSON.parse(again.text) as { code: string }).code]).toEqual([
    404,
    'UploadUnknown',
  ]);

  const late = await requested();
  house.clock.advance(10 * 60_000);
  expect((await put(late.url, bytes)).status).toBe(404);
  expect((await put(late.url.replace(/[^/]+$/, 'A'.repeat(43)), bytes)).text).toBe(again.text);
});

test('An upload becomes one document, of whoever sent it', async () => {
  const uploadId = await upload(ada, await sample('CV.pdf'));
  const fileName = 'CV.pdf';
  const theirs = await bo.tries('addDocument', { uploadId, fileName });
  expect(theirs.code).toBe('UploadUnknown');
  await ada.do('addDocument', { uploadId, fileName });
  expect((await ada.tries('addDocument', { uploadId, fileName })).code).toBe('FileAlreadyUsed');
  expect((await maison.olu.tries('requestUpload')).code).toBe('NotAllowed');
});

test('The same file has the same keyed hash for one person and another for everybody else (R-083, X-24)', async () => {
  const hashOf = async (whose: Client) =>
    (await deposit(whose, 'CV.pdf')).document?.versions[0]?.contentHash;
  const adas = await hashOf(ada);
  expect(adas).toMatch(/^[0-9a-f]{64}$/);
  expect(await hashOf(ada)).toBe(adas);
  expect(await hashOf(bo)).not.toBe(adas);
});

describe('A document leaves as it came,', () => {
  test('as an attachment that no browser interprets, once', async () => {
    const { documentId } = await deposit(ada, 'CV.pdf');
    const { url } = await ada.do('requestDownload', { documentId, version: 1 });
    const response = await fetch(url);
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/pdf',
      'content-disposition': 'attachment',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'content-security-policy': "default-src 'none'; sandbox",
    });
    expect(Buffer.from(await response.arrayBuffer())).toEqual(await sample('CV.pdf'));

    const second = await fetch(url);
    expect([second.status, ((await second.json()) as { code: string }).code]).toEqual([
      404,
      'DownloadUnknown',
    ]);
  });

  test('within ten minutes', async () => {
    const { documentId } = await deposit(ada, 'CV.pdf');
    const { url } = await ada.do('requestDownload', { documentId, version: 1 });
    house.clock.advance(10 * 60_000);
    expect((await fetch(url)).status).toBe(404);
  });

  test('in each of its versions', async () => {
    const { documentId } = await deposit(ada, 'CV.pdf');
    const uploadId = await upload(ada, await sample('CV.rtf'));
    await ada.do('replaceDocument', { documentId, uploadId, fileName: 'CV.rtf' });
    const bytesOf = async (version: number) => {
      const { url } = await ada.do('requestDownload', { documentId, version });
      return Buffer.from(await (await fetch(url)).arrayBuffer());
    };
    expect(await bytesOf(1)).toEqual(await sample('CV.pdf'));
    expect(await bytesOf(2)).toEqual(await sample('CV.rtf'));
    expect((await ada.tries('requestDownload', { documentId, version: 3 })).code).toBe(
      'DocumentUnknown',
    );
  });
});
