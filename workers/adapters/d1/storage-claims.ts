import { and, asc, gt, inArray, lte } from "drizzle-orm";
import type { Directory } from "#domain/identity/directory.ts";
import type { StorageClaims } from "#domain/operators/storage.ts";
import type { Database } from "./database.ts";
import { assetClaimRow, uploadClaimRow } from "./rows.ts";
import { assets, uploads } from "./schema.ts";

const BEFORE_EVERY_ID = "";

const claimed = {
  id: assets.id,
  creatorId: assets.creatorId,
  uploadId: assets.uploadId,
  objectKey: assets.objectKey,
  size: assets.size,
  deletedAt: assets.deletedAt,
  erasedAt: assets.erasedAt,
};

export function d1StorageClaims({ all }: Directory<Database>): StorageClaims {
  const everywhere = async <T>(ask: (database: Database) => Promise<readonly T[]>): Promise<T[]> =>
    (await Promise.all(all.map(ask))).flat();
  return {
    assetsBetween: async (after, until, limit) => {
      const rows = await everywhere((database) =>
        database
          .select(claimed)
          .from(assets)
          .where(and(gt(assets.uploadId, after ?? BEFORE_EVERY_ID), until === null ? undefined : lte(assets.uploadId, until)))
          .orderBy(asc(assets.uploadId))
          .limit(limit),
      );
      return rows
        .map((row) => assetClaimRow.parse(row))
        .toSorted((a, b) => (a.uploadId < b.uploadId ? -1 : 1))
        .slice(0, limit);
    },
    assetsOf: async (ids) => {
      const rows = await everywhere((database) =>
        database
          .select(claimed)
          .from(assets)
          .where(inArray(assets.uploadId, [...ids])),
      );
      return rows.map((row) => assetClaimRow.parse(row));
    },
    uploadsOf: async (ids) => {
      const rows = await everywhere((database) =>
        database
          .select({ id: uploads.id, creatorId: uploads.creatorId, status: uploads.status })
          .from(uploads)
          .where(inArray(uploads.id, [...ids])),
      );
      return rows.map((row) => uploadClaimRow.parse(row));
    },
  };
}
