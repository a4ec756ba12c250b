import type { UploadProgress } from "#domain/uploads/upload-session.ts";
import { writeUploadMetadata } from "#api/headers/tus-metadata.ts";
import { admitByHandle } from "#api/dialects/admission.ts";
import type { UploadExchange } from "#api/dialects/exchange.ts";
import { settled } from "#api/dialects/settlement.ts";
import { expiryOf, offsetOf, refuseTus, tusAnswer } from "./answers.ts";
import type { Operation } from "./operations.ts";

/** tus 1.0, HEAD: from where to go on. A writer that hangs there is taken over. */
export const offset: Operation<UploadExchange> = { extensions: [], perform };

async function perform(exchange: UploadExchange): Promise<Response> {
  const found = await admitByHandle(exchange);
  if (!found.ok) return refuseTus(exchange, found.error);
  const { access, session } = found.value;
  const asked = await session.query({ requestId: exchange.context.requestId, access, length: null, declared: {}, holds: false });
  if (!asked.ok) return refuseTus(exchange, asked.error);
  const progress = await settled(exchange, found.value, asked.value);
  if (!progress.ok) return refuseTus(exchange, progress.error);
  return tusAnswer(200, {
    ...offsetOf(progress.value),
    ...lengthOf(progress.value),
    ...metadataOf(progress.value),
    ...(progress.value.tusConcat !== null && { "Upload-Concat": progress.value.tusConcat }),
    ...expiryOf(progress.value),
  });
}

function lengthOf({ length, kind }: UploadProgress): Record<string, string> {
  if (length !== null) return { "Upload-Length": String(length) };
  return kind === "final" ? {} : { "Upload-Defer-Length": "1" };
}

/** As the client gave it at a tus creation; of an upload begun in another dialect, what that dialect said. */
function metadataOf({ tusMetadata, kind, filename, contentType, metadata }: UploadProgress): Record<string, string> {
  if (tusMetadata === null && kind !== "whole") return {};
  const header = tusMetadata ?? writeUploadMetadata({ filename, ...(contentType !== null && { filetype: contentType }), ...metadata });
  return header === null ? {} : { "Upload-Metadata": header };
}
