import * as v from 'valibot';
import { flag, resource, text } from './arm.ts';

/** A user of an instance. Source: azure-rest-api-specs apimanagement 2024-05-01, apimusers.json (`UserContract`). */
export const userSchema = resource({
  firstName: text,
  lastName: text,
  email: text,
  /** `active`, `blocked`, `pending` or `deleted`. */
  state: text,
  note: text,
  registrationDate: text,
});
export type User = Readonly<v.InferOutput<typeof userSchema>>;

/** Who sees a product. Source: apimgroups.json (`GroupContract`). */
export const groupSchema = resource({
  displayName: text,
  description: text,
  /** Its members are whom the system puts there. */
  builtIn: flag,
  /** `custom`, `system` or `external`. */
  type: text,
  externalId: text,
});
export type Group = Readonly<v.InferOutput<typeof groupSchema>>;

/** What people call a group. */
export function groupName({ name, properties: { displayName = name } }: Group): string {
  return displayName;
}

/** What people are told of by mail. Source: apimnotifications.json (`NotificationContract`). */
export const notificationSchema = resource({ title: text, description: text });
export type Notification = Readonly<v.InferOutput<typeof notificationSchema>>;

/** Source: apimnotifications.json (`RecipientEmailContract`). */
export const recipientEmailSchema = resource({ email: text });
export type RecipientEmail = Readonly<v.InferOutput<typeof recipientEmailSchema>>;

/** `userId` is the ARM id of a user. Source: apimnotifications.json (`RecipientUserContract`). */
export const recipientUserSchema = resource({ userId: text });
export type RecipientUser = Readonly<v.InferOutput<typeof recipientUserSchema>>;

/** First and last name, or what there is instead. */
export function userName({ name, properties: { firstName, lastName, email } }: User): string {
  return [firstName, lastName].filter(Boolean).join(' ') || (email ?? name);
}
