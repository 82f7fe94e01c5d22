import { asText, type JsonObject } from '../../../../src/protocol/json.ts';
import { checkIfMatch, entityAnswer, existing, instanceId } from '../resources.ts';
import type { Context, ResourceType } from '../resources.ts';
import type { Entity } from '../store.ts';
import { ArmError, propertiesOf } from '../wire.ts';
import type { Answer, Call, Route } from '../wire.ts';
import { SERVICE } from './paths.ts';
import { sharedAccess } from './users.ts';

/** Settings by name, as an instance has them before anyone changes them. */
const SETTINGS: Readonly<Record<string, JsonObject>> = {
  signin: { enabled: false },
  signup: { enabled: true, termsOfService: { enabled: false, text: '', consentRequired: false } },
};

/** The first user of an instance. */
const ADMINISTRATOR = { name: '1' };

const settings: ResourceType = { path: `${SERVICE}/portalsettings/{setting}`, required: [] };

/** Who may sign in and up at the developer portal. Source: azure-rest-api-specs apimportalsettings.json. */
export function portalRoutes(context: Context): readonly Route[] {
  const { path } = settings;
  const read = (call: Call): Answer => entityAnswer(context, settings, settingOf(call), call, 200);
  return [
    { method: 'GET', path, answer: read },
    { method: 'HEAD', path, answer: read },
    {
      method: 'PUT',
      path,
      answer: (call) => {
        checkIfMatch(call, settingOf(call), 'optional');
        return entityAnswer(context, settings, write(call, propertiesOf(call.body)), call, 200);
      },
    },
    {
      method: 'PATCH',
      path,
      answer: (call) => {
        const { properties } = settingOf(call);
        checkIfMatch(call, settingOf(call), 'required');
        const { etag } = write(call, { ...properties, ...propertiesOf(call.body) });
        return { status: 204, headers: { ETag: etag } };
      },
    },
    { method: 'POST', path: `${SERVICE}/getssotoken`, answer: openPortal },
  ];

  /** A setting as it is; the ones that an instance begins with are written when they are first looked at. */
  function settingOf(call: Call): Entity {
    const { id } = existing(context, instanceId(call.path));
    const name = call.parameters.setting?.toLowerCase() ?? '';
    const properties = SETTINGS[name];
    if (!properties) throw ArmError.notFound(call.path);
    const own = `${id}/portalsettings/${name}`;
    return context.store.get(own) ?? context.store.put({ id: own, properties });
  }

  function write(call: Call, properties: JsonObject): Entity {
    const { id } = settingOf(call);
    if (typeof properties.enabled !== 'boolean')
      throw ArmError.invalid([['enabled', 'enabled is true or false.']]);
    return context.store.put({ id, properties });
  }

  function openPortal(call: Call): Answer {
    const { properties } = existing(context, instanceId(call.path));
    const token = encodeURIComponent(sharedAccess(ADMINISTRATOR));
    const redirectUri = `${asText(properties.portalUrl) ?? ''}:443/signin-sso?token=${token}`;
    return { status: 200, body: { redirectUri } };
  }
}
