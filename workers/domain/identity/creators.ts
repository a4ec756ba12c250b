import type { CreatorId } from "#domain/ids.ts";
import type { Page, PageRequest } from "#domain/page.ts";

export type Creator = {
  readonly id: CreatorId;
  readonly name: string;
  /** What the application calls this creator; unique. */
  readonly externalId: string | null;
  readonly createdAt: number;
};

export interface CreatorDirectory {
  /** False when the external id is somebody else's. */
  add(creator: Creator): Promise<boolean>;
  get(id: CreatorId): Promise<Creator | null>;
  byExternalId(externalId: string): Promise<Creator | null>;
  list(page: PageRequest<CreatorId>): Promise<Page<Creator>>;
}
