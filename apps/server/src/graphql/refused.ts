import { HeaderMap } from '@apollo/server';
import type { Rejection } from '@vivier/kernel';
import { GraphQLError } from 'graphql';

/** What HTTP says of a refusal; without it the answer is 200. */
export interface RefusedOverHttp {
  readonly status: number;
  /** Becomes the header `Retry-After`. */
  readonly retryAfterSeconds?: number;
}

/** A refusal on its way to the caller: code, what is wrong, what to do, whether to send it again. */
export class Refused extends GraphQLError {
  constructor({ rejected, message, remedy, retry, details }: Rejection, http?: RefusedOverHttp) {
    const headers = new HeaderMap();
    if (http?.retryAfterSeconds !== undefined)
      headers.set('retry-after', String(http.retryAfterSeconds));
    super(message, {
      extensions: {
        code: rejected,
        remedy,
        retry,
        ...(details && { details }),
        // The engine takes this out again.
        ...(http && { http: { status: http.status, headers } }),
      },
    });
  }
}

/** Too many: refused for a time that is told, in the details and to HTTP. */
export const refusedUntil = (
  rejection: (details: { readonly retryAfterSeconds: number }) => Rejection,
  retryAfterSeconds: number,
): Refused => new Refused(rejection({ retryAfterSeconds }), { status: 429, retryAfterSeconds });

/** The accepted outcome, or the refusal thrown. */
export const acceptedOf = <Outcome extends object>(
  outcome: Outcome | Rejection,
): Exclude<Outcome, Rejection> => {
  if ('rejected' in outcome) throw new Refused(outcome);
  return outcome as Exclude<Outcome, Rejection>;
};
