import type { Failure } from "#domain/failures.ts";
import { ok, type Result } from "#domain/result.ts";
import { invalidHeader } from "./field.ts";

export const requestHeaders = ["If-Match", "If-None-Match"] as const;
export const responseHeaders = ["ETag"] as const;

/** `opaque` is what stands between the quotes. */
export type EntityTag = { readonly weak: boolean; readonly opaque: string };

/** `*`, or a list of entity tags. */
export type EntityTagCondition = { readonly kind: "any" } | { readonly kind: "listed"; readonly tags: readonly EntityTag[] };

// RFC 9110 §5.6.1.2: a recipient takes empty list elements.
const ELEMENT = /[ \t]*(?:(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"[ \t]*)?(?:,|$)/y;

/** RFC 9110 §13.1.1 and §13.1.2: `"*" / #entity-tag`. */
export function parseEntityTags(
  header: (typeof requestHeaders)[number],
  text: string,
): Result<EntityTagCondition, Failure<"invalid_header">> {
  if (text === "*") return ok({ kind: "any" });
  const tags: EntityTag[] = [];
  const element = new RegExp(ELEMENT);
  for (let end = 0; end < text.length; end = element.lastIndex) {
    element.lastIndex = end;
    const match = element.exec(text);
    if (match === null) return refuse(header);
    const [, weak, opaque] = match;
    if (opaque !== undefined) tags.push({ weak: weak !== undefined, opaque });
  }
  return tags.length === 0 ? refuse(header) : ok({ kind: "listed", tags });
}

/** The one entity tag in `text`, otherwise null (RFC 9110 §8.8.3). */
export function parseEntityTag(text: string): EntityTag | null {
  const parsed = parseEntityTags("If-Match", text);
  if (!parsed.ok || parsed.value.kind === "any" || parsed.value.tags.length !== 1) return null;
  const tag = parsed.value.tags[0];
  return tag !== undefined && writeEntityTag(tag) === text ? tag : null;
}

export const writeEntityTag = ({ weak, opaque }: EntityTag): string => `${weak ? "W/" : ""}"${opaque}"`;

/** RFC 9110 §8.8.3.2: equal and neither is weak. */
export const matchesStrongly = (a: EntityTag, b: EntityTag): boolean => !a.weak && !b.weak && a.opaque === b.opaque;

/** RFC 9110 §8.8.3.2: equal, weak or not. */
export const matchesWeakly = (a: EntityTag, b: EntityTag): boolean => a.opaque === b.opaque;

/** RFC 9110 §13.1.1, by strong comparison; `current` is null when there is nothing yet. */
export function ifMatchHolds(condition: EntityTagCondition, current: EntityTag | null): boolean {
  if (current === null) return false;
  return condition.kind === "any" || condition.tags.some((tag) => matchesStrongly(tag, current));
}

/** RFC 9110 §13.1.2, by weak comparison; `current` is null when there is nothing yet. */
export function ifNoneMatchHolds(condition: EntityTagCondition, current: EntityTag | null): boolean {
  if (current === null) return true;
  return condition.kind === "listed" && !condition.tags.some((tag) => matchesWeakly(tag, current));
}

const refuse = (header: string) => invalidHeader(header, 'must be * or entity tags like "abc", W/"def"');
