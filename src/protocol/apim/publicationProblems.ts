import { templateParameters } from './operations.ts';

/** The forms that an instance takes. Source: azure-rest-api-specs apimapis.json, apimproducts.json, apimnamedvalues.json. */

export function isDisplayName(text: string): boolean {
  return text.length >= 1 && text.length <= 300;
}

/** A URL suffix may be empty, once in an instance. */
export function isPath(text: string): boolean {
  return text.length <= 400 && /^(?:[\w.~-]+(?:\/[\w.~-]+)*)?$/.test(text);
}

export function isResourceId(text: string): boolean {
  return text.length <= 80 && /^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?$/.test(text);
}

/** A name by which a policy can refer to a named value. */
export function isNamedValueName(text: string): boolean {
  return text.length <= 256 && /^[A-Za-z0-9\-._]+$/.test(text);
}

export function isUrlTemplate(text: string): boolean {
  if (!text.startsWith('/') || text.length > 1000 || /\s/.test(text)) return false;
  const names = templateParameters(text);
  const braces = text.replaceAll(/\{\w+\}/g, '');
  return !/[{}]/.test(braces) && new Set(names).size === names.length;
}

/** An id made of any text: what an instance's ids may hold. */
export function resourceIdFrom(text: string): string {
  const id = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 60)
    .replaceAll(/^-+|-+$/g, '');
  return id === '' ? 'azureml' : id;
}
