import { CustomScalar, Scalar } from '@nestjs/graphql';
import type { Position } from '@vivier/kernel';
import { GraphQLError, Kind, type ValueNode } from 'graphql';

/** A position as callers see it: a token to hand back, not a number to reckon with. */
export const positionToken = (position: Position): string =>
  Buffer.from(`p${position}`).toString('base64url');

export const readPositionToken = (token: unknown): Position => {
  const [, digits] =
    typeof token === 'string'
      ? (/^p(\d{1,15})$/.exec(Buffer.from(token, 'base64url').toString('latin1')) ?? [])
      : [];
  if (digits === undefined)
    throw new GraphQLError('Expected value of type "Position".', {
      extensions: { code: 'BAD_USER_INPUT' },
    });
  return Number(digits) as Position;
};

@Scalar('Position')
export class PositionScalar implements CustomScalar<string, Position> {
  description = 'Where a change lies in the log: opaque; hand it back as `atLeast`.';
  parseValue = readPositionToken;
  serialize = (value: unknown): string => positionToken(value as Position);
  parseLiteral = (node: ValueNode): Position =>
    readPositionToken(node.kind === Kind.STRING ? node.value : undefined);
}

/** What an event says, as the JSON Schema of its type and version has it. */
@Scalar('EventData')
export class EventDataScalar implements CustomScalar<unknown, never> {
  description =
    'A JSON object, as `libs/published/events/<type>.v<version>.schema.json` says; readers let fields pass that they do not know.';
  parseValue = (): never => {
    throw new GraphQLError('EventData cannot be sent.', {
      extensions: { code: 'BAD_USER_INPUT' },
    });
  };
  serialize = (value: unknown): unknown => value;
  parseLiteral = this.parseValue;
}
