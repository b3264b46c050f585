import { Readable } from 'node:stream';
import { FileRefused } from '@vivier/files';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { House } from '../house/house.ts';
import { fileRejection } from './file-rejections.ts';

/** Refusals that say something about the address, not about the file. */
const absent = new Set(['UploadUnknown', 'DownloadUnknown', 'FileErased']);

const refuse = (reply: FastifyReply, error: unknown): FastifyReply => {
  if (!(error instanceof FileRefused)) throw error;
  const status = absent.has(error.code) ? 404 : error.code === 'FileTooLarge' ? 413 : 422;
  const { rejected: code, message, remedy, retry } = fileRejection(error);
  return reply.code(status).send({ code, message, remedy, retry });
};

/**
 * Where bytes come and go: `PUT /uploads/<address>` and `GET /downloads/<address>`. The addresses are
 * random, short-lived and handed out by GraphQL; whoever has one may use it. In this scope the only
 * body parser hands the stream through.
 */
export const transfers = async (server: FastifyInstance, { files }: House): Promise<void> => {
  await server.register((scope, _, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, payload, passOn) => {
      passOn(null, payload);
    });

    scope.put<{ Params: { address: string } }>('/uploads/:address', async (request, reply) => {
      const length = request.headers['content-length'];
      const body = (request.body ?? Readable.from([])) as AsyncIterable<Uint8Array>;
      try {
        const { uploadId, mediaType, size } = await files.receive(request.params.address, body, {
          ...(length !== undefined && { declaredLength: Number(length) }),
        });
        return await reply.code(201).send({ uploadId, mediaType, size });
      } catch (error) {
        // What was not read is not waited for.
        void reply.header('connection', 'close');
        return refuse(reply, error);
      }
    });

    scope.get<{ Params: { address: string } }>('/downloads/:address', async (request, reply) => {
      try {
        const { mediaType, size, stream } = await files.open(request.params.address);
        return await reply
          .header('content-type', mediaType)
          .header('content-length', size)
          .header('content-disposition', 'attachment')
          .header('x-content-type-options', 'nosniff')
          .header('content-security-policy', "default-src 'none'; sandbox")
          .header('cache-control', 'no-store')
          .header('referrer-policy', 'no-referrer')
          .send(Readable.from(stream));
      } catch (error) {
        return refuse(reply, error);
      }
    });
    done();
  });
};
