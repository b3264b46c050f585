import { Catch, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Rejection } from '@vivier/kernel';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { HOUSE } from '../graphql/bus.ts';
import { knownRejection } from '../graphql/format-error.ts';
import { edgeRejections } from '../graphql/rejections.ts';
import type { House } from '../house/house.ts';
import { unforeseen } from '../house/log.ts';

const statusOf = (failure: unknown): number => {
  const { statusCode, status } = failure as { statusCode?: unknown; status?: unknown };
  const told = statusCode ?? status;
  return typeof told === 'number' && told >= 400 && told < 500 ? told : 500;
};

const rejectionOf = (status: number): Rejection => {
  if (status === 413) return edgeRejections.BodyTooLarge();
  if (status === 404) return edgeRejections.AddressUnknown();
  return status === 500 ? edgeRejections.InternalError() : edgeRejections.BodyNotUnderstood();
};

/**
 * The last stop of everything that fails. What fails in GraphQL is formatted there. Over plain HTTP the
 * answer has a code and repeats nothing that was sent, the address included; Nest's own filter would
 * also write messages to the log, which might hold a value.
 */
@Catch()
export class Failures implements ExceptionFilter {
  constructor(@Inject(HOUSE) private readonly house: House) {}

  catch(failure: unknown, host: ArgumentsHost): unknown {
    if (host.getType<'graphql' | 'http'>() === 'graphql') return failure;
    const known = knownRejection(failure);
    const status = known ? 503 : statusOf(failure);
    if (status === 500) this.house.log.error(unforeseen(failure), 'An unforeseen error.');
    const { rejected: code, message, remedy, retry } = known ?? rejectionOf(status);
    const http = host.switchToHttp();
    const isGraphQL = http.getRequest<FastifyRequest>().url.split('?')[0] === '/graphql';
    return http
      .getResponse<FastifyReply>()
      .code(status)
      .send(
        isGraphQL
          ? { errors: [{ message, extensions: { code, remedy, retry } }] }
          : { code, message, remedy, retry },
      );
  }
}
