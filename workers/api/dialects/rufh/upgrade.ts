import { readUploadComplete, writeUploadComplete } from "#api/headers/rufh.ts";
import type { Exchange } from "#api/dialects/exchange.ts";

/**
 * The draft, "Upgrading To Resumable Uploads": a request that is whole and marked so is served as if it were not, and the receipt
 * says in the draft's words that it is the end.
 */
export function upgraded({ request: { headers } }: Exchange, response: Response): Response {
  const isReceipt = response.status === 200 && response.headers.has("Repr-Digest");
  if (isReceipt && readUploadComplete(headers) === true) response.headers.set("Upload-Complete", writeUploadComplete(true));
  return response;
}
