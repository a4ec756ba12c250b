import { type CreateWriteStreamOptions, type File, IdempotencyStrategy, Storage } from "@google-cloud/storage";

/** Google's client at an endpoint of ours, with the shortest pauses that it knows. */
export const googleFile = (endpoint: string, name: string): File =>
  new Storage({
    apiEndpoint: endpoint,
    projectId: "sluice",
    retryOptions: {
      autoRetry: true,
      maxRetries: 8,
      maxRetryDelay: 1,
      retryDelayMultiplier: 0.1,
      idempotencyStrategy: IdempotencyStrategy.RetryAlways,
    },
  })
    .bucket("media")
    .file(name);

/** Sends the bytes through the client's stream; `onUri` hears the session's URL as soon as there is one. */
export function googleUpload(
  file: File,
  bytes: Uint8Array,
  options: CreateWriteStreamOptions,
  onUri: (uri: string) => void = () => undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const stream = file.createWriteStream({ resumable: true, ...options });
    stream.on("error", reject).on("finish", resolve).on("uri", onUri);
    stream.end(bytes);
  });
}
