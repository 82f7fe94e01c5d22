import * as v from 'valibot';
import type { NetworkSettings } from '../transport/settings.ts';

const text = v.pipe(v.string(), v.nonEmpty());
const seconds = v.pipe(v.number(), v.minValue(0));
const proxySupport = v.picklist(['off', 'on', 'fallback', 'override']);
const defaultTimeoutSeconds = 100;

/** A part of VS Code's configuration; gives what the user wrote, of whatever type. */
interface Configuration {
  get(name: string): unknown;
}

/** The user's `http.*` settings and time limit, in seconds. What is no value of a setting counts as its default. */
export function networkSettings(http: Configuration, requestTimeout: unknown): NetworkSettings {
  const proxy = valueOf(text, http.get('proxy'));
  const proxyAuthorization = valueOf(text, http.get('proxyAuthorization'));
  const support = valueOf(proxySupport, http.get('proxySupport'));
  return {
    ...(proxy !== undefined && { proxy }),
    ...(proxyAuthorization !== undefined && { proxyAuthorization }),
    ...(support !== undefined && { proxySupport: support }),
    noProxy: valueOf(v.array(v.string()), http.get('noProxy')) ?? [],
    systemCertificates: valueOf(v.boolean(), http.get('systemCertificates')) ?? true,
    strictSSL: valueOf(v.boolean(), http.get('proxyStrictSSL')) ?? true,
    timeoutMs: (valueOf(seconds, requestTimeout) ?? defaultTimeoutSeconds) * 1000,
  };
}

function valueOf<T>(schema: v.GenericSchema<unknown, T>, value: unknown): T | undefined {
  const parsed = v.safeParse(schema, value);
  return parsed.success ? parsed.output : undefined;
}
