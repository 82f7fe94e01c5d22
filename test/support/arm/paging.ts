import { filterOf } from './filter.ts';
import { ArmError } from './wire.ts';
import type { Answer, Call } from './wire.ts';

export interface Paging {
  /** Items on a page, unless `$top` asks for fewer. */
  pageSize: number;
  /** What the last page says of a next one: the service does all three. */
  lastLink: 'empty' | 'null' | 'absent';
}

/**
 * A page of a list; the link to the next one is whole and opaque.
 * @param filterable the fields that `$filter` may name
 * @throws ArmError for another `$filter`
 */
export function pageOf(
  all: readonly unknown[],
  { url, query }: Call,
  paging: Paging,
  filterable: readonly string[] = [],
): Answer {
  const filter = query.get('$filter');
  const items = filter === null ? all : all.filter(filterOf(filter, filterable));
  const skip = wholeNumber(query, '$skip', 0);
  const size = Math.min(paging.pageSize, wholeNumber(query, '$top', paging.pageSize));
  const end = skip + size;
  return {
    status: 200,
    body: { value: items.slice(skip, end), count: items.length, ...nextLink(end < items.length) },
  };

  function nextLink(more: boolean): { nextLink?: string | null } {
    if (more) {
      const next = new URL(url);
      next.searchParams.set('$skip', String(end));
      return { nextLink: next.href };
    }
    if (paging.lastLink === 'absent') return {};
    return { nextLink: paging.lastLink === 'null' ? null : '' };
  }
}

function wholeNumber(query: URLSearchParams, name: string, otherwise: number): number {
  const given = query.get(name);
  if (given === null) return otherwise;
  if (!/^\d+$/.test(given)) throw ArmError.invalid([[name, `${name} is a whole number.`]]);
  return Number(given);
}
