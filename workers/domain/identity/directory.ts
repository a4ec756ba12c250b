/** How many buckets creators fall into: for ever, so that a bucket can move to another database whole. */
export const BUCKETS = 1024;

/** FNV-1a, 32 bits. */
export function bucketOf(creatorId: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < creatorId.length; index += 1) {
    hash = Math.imul(hash ^ creatorId.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0) % BUCKETS;
}

/** Which database has what belongs to a creator. */
export interface Directory<Database> {
  /** Creators and keys: what has to be found before the creator is known. */
  readonly registry: Database;
  of(creatorId: string): Database;
  /** Where in `all` that one is. */
  indexOf(creatorId: string): number;
  /** Each database once, for sweeps. */
  readonly all: readonly Database[];
}

/** Buckets in equal, contiguous runs over the databases. */
export function directoryOver<Database>(databases: readonly [Database, ...Database[]]): Directory<Database> {
  const [registry] = databases;
  const indexOf = (creatorId: string): number => Math.floor((bucketOf(creatorId) * databases.length) / BUCKETS);
  return {
    registry,
    of: (creatorId) => databases[indexOf(creatorId)] ?? registry,
    indexOf,
    all: databases,
  };
}
