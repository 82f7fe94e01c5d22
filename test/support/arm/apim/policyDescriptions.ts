import { existing, instanceId } from '../resources.ts';
import type { Context } from '../resources.ts';
import { ArmError } from '../wire.ts';
import type { Answer, Call, Route } from '../wire.ts';
import { SERVICE, SERVICE_TYPE } from './paths.ts';
import { policyKinds } from './policyRules.ts';
import type { PolicyScope } from './policyRules.ts';

/** The scopes as the query names them, with their bits in an answer's `scope`. */
const SCOPES: Readonly<Record<string, { readonly scope: PolicyScope; readonly bit: number }>> = {
  Tenant: { scope: 'global', bit: 1 },
  Product: { scope: 'product', bit: 2 },
  Api: { scope: 'api', bit: 4 },
  Operation: { scope: 'operation', bit: 8 },
};

/** Which policies may stand where. Source: azure-rest-api-specs apimanagement 2024-05-01, apimpolicydescriptions. */
export function policyDescriptionRoutes(context: Context): readonly Route[] {
  return [{ method: 'GET', path: `${SERVICE}/policyDescriptions`, answer: list }];

  function list({ path, query }: Call): Answer {
    const { id: instance } = existing(context, instanceId(path));
    const asked = query.get('scope') ?? 'All';
    const wanted = SCOPES[asked]?.scope;
    if (!wanted && asked !== 'All') throw ArmError.invalid([['scope', `There is no scope ${asked}.`]]);
    const value = policyKinds()
      .filter(({ scopes }) => !wanted || scopes.includes(wanted))
      .map(({ name, sections, scopes }) => {
        const own = Object.entries(SCOPES).filter(([, { scope }]) => scopes.includes(scope));
        const where = own.map(([scope]) => scope).join(', ');
        return {
          id: `${instance}/policyDescriptions/${name}`,
          type: `${SERVICE_TYPE}/policyDescriptions`,
          name,
          properties: {
            description: `Stands in ${sections.join(', ')}; at the scopes ${where}.`,
            scope: own.reduce((bits, [, { bit }]) => bits + bit, 0),
          },
        };
      });
    return { status: 200, body: { value, count: value.length } };
  }
}
