import type { JsonObject } from '../../../../src/protocol/json.ts';
import { pageOf } from '../paging.ts';
import { existing, instanceId } from '../resources.ts';
import type { Context } from '../resources.ts';
import type { Entity } from '../store.ts';
import { ArmError } from '../wire.ts';
import type { Answer, Call, Route } from '../wire.ts';
import { SERVICE, SERVICE_TYPE } from './paths.ts';

const PATH = `${SERVICE}/notifications/{notification}`;

/** Titles by name. Source: azure-rest-api-specs apimanagement 2024-05-01, apimnotifications.json. */
const TITLES: Readonly<Record<string, string>> = {
  RequestPublisherNotificationMessage: 'Subscription requests (requiring approval)',
  PurchasePublisherNotificationMessage: 'New subscriptions',
  NewApplicationNotificationMessage: 'Application gallery requests',
  BCC: 'BCC',
  NewIssuePublisherNotificationMessage: 'New issue or comment',
  AccountClosedPublisher: 'Close account message',
  QuotaLimitApproachingPublisherNotificationMessage: 'Approaching subscription quota limit',
};

/** Who is told when something happens to an instance; the notifications themselves are always the same. */
export function notificationRoutes(context: Context): readonly Route[] {
  const { store } = context;
  return [
    {
      method: 'GET',
      path: `${SERVICE}/notifications`,
      answer: (call) => {
        existing(context, instanceId(call.path));
        return pageOf(
          Object.keys(TITLES).map((name) => listed(call, name)),
          call,
          context.paging,
        );
      },
    },
    { method: 'GET', path: PATH, answer: read },
    { method: 'PUT', path: PATH, answer: read },
    ...recipientRoutes('recipientEmails', (email) => {
      if (!/^[^@\s]+@[^@\s]+$/.test(email))
        throw ArmError.invalid([['email', `${email} is not an e-mail address.`]]);
      return { email };
    }),
    ...recipientRoutes('recipientUsers', (user, service) => ({
      userId: existing(context, `${service}/users/${user}`).id,
    })),
  ];

  /** @param propertiesOf what is kept of a recipient; it throws for who cannot be one */
  function recipientRoutes(
    kind: string,
    propertiesOf: (recipient: string, service: string) => JsonObject,
  ): readonly Route[] {
    const path = `${PATH}/${kind}/{recipient}`;
    return [
      {
        method: 'GET',
        path: `${PATH}/${kind}`,
        answer: (call) => {
          nameOf(call);
          return pageOf(store.in(call.path).map(viewOfRecipient), call, context.paging);
        },
      },
      { method: 'HEAD', path, answer: (call) => ({ status: store.get(call.path) ? 204 : 404 }) },
      {
        method: 'PUT',
        path,
        answer: (call) => {
          nameOf(call);
          const status = store.get(call.path) ? 200 : 201;
          const properties = propertiesOf(call.parameters.recipient ?? '', instanceId(call.path));
          return { status, body: viewOfRecipient(store.put({ id: call.path, properties })) };
        },
      },
      {
        method: 'DELETE',
        path,
        answer: (call) => {
          if (!store.get(call.path)) return { status: 204 };
          store.remove(call.path);
          return { status: 200 };
        },
      },
    ];
  }

  function read(call: Call): Answer {
    const name = nameOf(call);
    const { emails, users } = recipientsOf(call, name);
    const service = instanceId(call.path);
    // A single notification names its addresses another way than a list does, as the examples have it.
    const own = emails.map((email) => `${service}/recipientEmails/${email.name}`);
    return { status: 200, body: view(call, name, own, users) };
  }

  function listed(call: Call, name: string): JsonObject {
    const { emails, users } = recipientsOf(call, name);
    const ids = emails.map(({ id }) => id);
    return view(call, name, ids, users);
  }

  function recipientsOf(
    { path }: Call,
    name: string,
  ): { emails: readonly Entity[]; users: readonly Entity[] } {
    const root = `${instanceId(path)}/notifications/${name}`;
    return { emails: store.in(`${root}/recipientEmails`), users: store.in(`${root}/recipientUsers`) };
  }
}

function view({ path }: Call, name: string, emails: readonly string[], users: readonly Entity[]): JsonObject {
  const title = TITLES[name];
  const recipients = { emails, users: users.map(({ properties }) => properties.userId) };
  return {
    id: `${instanceId(path)}/notifications/${name}`,
    type: `${SERVICE_TYPE}/notifications`,
    name,
    properties: { title, description: `Who is told of: ${String(title)}.`, recipients },
  };
}

function viewOfRecipient({ id, type, name, properties }: Entity): JsonObject {
  return { id, type, name, properties };
}

/** The notification that a call is about. @throws ArmError 404 */
function nameOf({ path, parameters: { notification = '' } }: Call): string {
  const name = Object.keys(TITLES).find((known) => known.toLowerCase() === notification.toLowerCase());
  if (name === undefined) throw ArmError.notFound(path);
  return name;
}
