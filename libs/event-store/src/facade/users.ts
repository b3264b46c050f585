import { timingSafeEqual } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import type { Metadata, ServiceError } from '@grpc/grpc-js';

/** Names and their passwords. */
export type Users = Readonly<Record<string, string>>;

/** Why a call is not let in, or nothing. Everybody may call a server that knows no users. */
export function notLetIn(
  users: Users | undefined,
  headers: Metadata,
): Partial<ServiceError> | undefined {
  if (users === undefined) return undefined;
  const header = String(headers.get('authorization')[0] ?? '');
  const [, encoded] = /^Basic (.+)$/i.exec(header) ?? [];
  const [, name, password] =
    /^([^:]*):(.*)$/s.exec(Buffer.from(encoded ?? '', 'base64').toString('utf8')) ?? [];
  const known = Object.hasOwn(users, name ?? '') ? users[name!] : undefined;
  if (known !== undefined && isSame(known, password!)) return undefined;
  return { code: status.UNAUTHENTICATED, details: 'Sign in with a name and password that exist.' };
}

function isSame(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}
