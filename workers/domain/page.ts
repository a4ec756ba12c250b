/** One page of a list that is ordered by id, newest first. */
export type Page<T> = { readonly items: readonly T[]; readonly hasMore: boolean };

/** `before`: the last id of the page that came before. */
export type PageRequest<Id extends string> = { readonly limit: number; readonly before: Id | null };

/** Cuts what was asked for with one row too many. */
export const pageOf = <T>(rows: readonly T[], limit: number): Page<T> => ({ items: rows.slice(0, limit), hasMore: rows.length > limit });
