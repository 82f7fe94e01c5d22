import type { JsonObject } from '../json.ts';

/** What is said of somebody who is to become a user. */
export interface NewUser {
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
}

export function isPersonName(text: string): boolean {
  return text.length >= 1 && text.length <= 100;
}

export function isEmailAddress(text: string): boolean {
  return text.length <= 254 && /^[^\s@]+@[^\s@]+$/.test(text);
}

/**
 * Of a user who has yet to accept. The mail leads to today's developer portal only if that is said: the default is the
 * one that was retired. Source: azure-rest-api-specs apimusers.json (`Confirmation`, `AppType`), azure-docs
 * api-management-howto-create-or-invite-developers.md.
 */
export function invitedUser({ firstName, lastName, email }: NewUser): JsonObject {
  return {
    properties: {
      firstName,
      lastName,
      email,
      state: 'pending',
      confirmation: 'invite',
      appType: 'developerPortal',
    },
  };
}

/** Of a user who is there at once. The service makes up the password that is left out. Source: the same. */
export function addedUser({ firstName, lastName, email }: NewUser): JsonObject {
  return { properties: { firstName, lastName, email, state: 'active' } };
}
