import { createHash, randomBytes } from 'node:crypto';
import { defineEntity, p } from '@mikro-orm/core';
import { User } from './user.ts';

const SessionSchema = defineEntity({
  name: 'Session',
  tableName: 'sessions',
  indexes: [{ properties: ['user'] }],
  properties: {
    /** SHA-256 of the cookie's value, which is kept nowhere. */
    hash: p.blob().primary(),
    user: () => p.manyToOne(User).mapToPk().deleteRule('cascade'),
    createdAt: p.datetime(3),
    expiresAt: p.datetime(3),
  },
});
export class Session extends SessionSchema.class {}
SessionSchema.setClass(Session);

const InvitationSchema = defineEntity({
  name: 'Invitation',
  tableName: 'invitations',
  indexes: [{ properties: ['user'] }],
  properties: {
    /** SHA-256 of the link's token. */
    hash: p.blob().primary(),
    user: () => p.manyToOne(User).mapToPk().deleteRule('cascade'),
    createdAt: p.datetime(3),
    expiresAt: p.datetime(3),
  },
});
export class Invitation extends InvitationSchema.class {}
InvitationSchema.setClass(Invitation);

const SignInTriesSchema = defineEntity({
  name: 'SignInTries',
  tableName: 'sign_in_tries',
  properties: {
    /** SHA-256 of a user's or a network's address. */
    who: p.blob().primary(),
    tries: p.integer(),
    until: p.datetime(3),
  },
});
export class SignInTries extends SignInTriesSchema.class {}
SignInTriesSchema.setClass(SignInTries);

export const hashToken = (token: string): Buffer => createHash('sha256').update(token).digest();

/** 256 bits, and what is stored of them. */
export const newToken = (): { token: string; hash: Buffer } => {
  const token = randomBytes(32).toString('base64url');
  return { token, hash: hashToken(token) };
};
