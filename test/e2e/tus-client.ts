import { type PreviousUpload, Upload, type UploadOptions } from "tus-js-client";
import type { LaunchedWorld } from "#test/world/launch.ts";
import type { Creator } from "./creator.ts";
import type { Film } from "./film.ts";

/** tus-js-client gives up after so many failures without a byte of progress in between. */
const RETRIES = Array.from({ length: 12 }, () => 20);

export const tusOptions = (world: LaunchedWorld, creator: Creator, film: Film): UploadOptions => ({
  endpoint: `${world.url}/files`,
  headers: { Authorization: creator.authorization },
  metadata: { filename: film.name, filetype: "video/mp4", sha256: film.sha256 },
  retryDelays: RETRIES,
});

/** Resolves with the upload's URL when the client says that it is done. */
export function tusUpload(
  source: Upload["file"],
  options: UploadOptions,
  begin: (upload: Upload) => Promise<void> | void = () => undefined,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const upload = new Upload(source, { ...options, onError: reject, onSuccess: () => resolve(upload.url ?? "") });
    Promise.resolve(begin(upload)).then(() => upload.start(), reject);
  });
}

type UrlStorage = NonNullable<UploadOptions["urlStorage"]>;

/** Where clients keep which upload belongs to which file; two of them may share it, as two runs of a program do. */
export function rememberedUploads(): UrlStorage {
  const kept = new Map<string, { fingerprint: string; upload: PreviousUpload }>();
  return {
    findAllUploads: async () => [...kept.values()].map(({ upload }) => upload),
    findUploadsByFingerprint: async (fingerprint) =>
      [...kept.values()].filter((entry) => entry.fingerprint === fingerprint).map(({ upload }) => upload),
    removeUpload: async (key) => {
      kept.delete(key);
    },
    addUpload: async (fingerprint, upload) => {
      const urlStorageKey = `${fingerprint}::${kept.size}`;
      kept.set(urlStorageKey, { fingerprint, upload: { ...upload, urlStorageKey } });
      return urlStorageKey;
    },
  };
}
