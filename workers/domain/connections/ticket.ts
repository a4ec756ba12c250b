import type { Secrets } from "#domain/identity/secrets.ts";
import { parseId, type CreatorId } from "#domain/ids.ts";

/** `<creator id>.<43 characters>`: the creator says which database has the row. */
const FORM = /^(crt_[0-9a-z]{26})\.[\w-]{43}$/;

export const writeTicket = (creatorId: CreatorId, secret: string): string => `${creatorId}.${secret}`;

/** Whose ticket, or state, this is; null for what is neither. */
export const creatorIn = (text: string): CreatorId | null => parseId("crt", FORM.exec(text)?.[1] ?? "");

/** What the peer gives back. Whoever has the ticket does not know it. */
export const stateOf = async (secrets: Secrets, creatorId: CreatorId, ticket: string): Promise<string> =>
  writeTicket(creatorId, await secrets.sign("consent", ticket));
