// refused by: nothing
import type { UploadSession } from "./upload-session.ts";

export type Client = { session: UploadSession };
