import type { Rejection } from '@vivier/kernel';
import { GraphQLError } from 'graphql';

/** A refusal on its way to the caller: code, what is wrong, what to do, whether to send it again. */
export class Refused extends GraphQLError {
  constructor({ rejected, message, remedy, retry, details }: Rejection) {
    super(message, {
      extensions: { code: rejected, remedy, retry, ...(details && { details }) },
    });
  }
}

/** The accepted outcome, or the refusal thrown. */
export const acceptedOf = <Outcome extends object>(
  outcome: Outcome | Rejection,
): Exclude<Outcome, Rejection> => {
  if ('rejected' in outcome) throw new Refused(outcome);
  return outcome as Exclude<Outcome, Rejection>;
};
