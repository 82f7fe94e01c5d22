import * as v from 'valibot';

const accountSchema = v.object({ id: v.string(), label: v.string() });

/** A Microsoft account of VS Code. */
export type Account = Readonly<v.InferOutput<typeof accountSchema>>;

/** Whom a token is for: an account in one of its tenants, or in its own. */
export interface Place {
  readonly account: Account;
  readonly tenantId?: string;
}

export const whereSchema = v.object({
  account: accountSchema,
  tenantId: v.string(),
  subscriptionId: v.string(),
  subscriptionName: v.string(),
});

/** The Azure subscription that something was found in, and who found it there. */
export type Where = Readonly<v.InferOutput<typeof whereSchema>>;
