import { queryOf } from './dataPlane.ts';
import { decodeSegment } from './refusals.ts';

/**
 * The values of a template's parameters in a path with query, or undefined when it does not match: each `{name}` of
 * the path stands for a segment that is not empty, `{*name}` for all that follows, and what the template has in its
 * query must be in the call's. Source: azure-docs api-management-api-import-restrictions.md.
 */
export function matchTemplate(template: string, target: string): ReadonlyMap<string, string> | undefined {
  const [templatePath = '', templateQuery = ''] = template.split(/\?(.*)/s);
  const [path = '', search = ''] = target.split(/\?(.*)/s);
  const values = new Map<string, string>();
  const segments = path.split('/');
  for (const [index, pattern] of templatePath.split('/').entries()) {
    const segment = segments.shift();
    const wildcard = /^\{\*(.+)\}$/.exec(pattern)?.[1];
    if (wildcard !== undefined) {
      values.set(wildcard, [segment ?? '', ...segments.splice(0)].join('/'));
      return matchQuery(templateQuery, search, values);
    }
    if (segment === undefined || !matchPart(pattern, segment, values, index > 0)) return undefined;
  }
  return segments.length === 0 ? matchQuery(templateQuery, search, values) : undefined;
}

function matchQuery(
  template: string,
  search: string,
  values: Map<string, string>,
): ReadonlyMap<string, string> | undefined {
  const query = queryOf(search);
  for (const [name, pattern] of new URLSearchParams(template)) {
    const value = query.get(name.toLowerCase());
    if (value === undefined || !matchPart(pattern, value, values, false)) return undefined;
  }
  return values;
}

function matchPart(pattern: string, given: string, values: Map<string, string>, filled: boolean): boolean {
  const name = /^\{(.+)\}$/.exec(pattern)?.[1];
  if (name === undefined) return pattern === given;
  if (filled && given === '') return false;
  values.set(name, decodeSegment(given));
  return true;
}
