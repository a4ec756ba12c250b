import type { Failure } from "#domain/failures.ts";
import type { CreatorId, RequestId, UploadId } from "#domain/ids.ts";
import type { Result } from "#domain/result.ts";

/** What the application is asked to allow. */
export type ApplicationQuestion = {
  readonly action: "open" | "resume" | "complete";
  readonly requestId: RequestId;
  readonly creatorId: CreatorId | null;
  readonly upload: {
    readonly id: UploadId | null;
    readonly filename: string;
    readonly length: number | null;
    readonly contentType: string | null;
    readonly externalId: string | null;
    readonly atomId: string | null;
    readonly metadata: Readonly<Record<string, string>>;
    /** Bytes that are here already; null before the upload is open. */
    readonly offset: number | null;
  };
};

/** What the application calls the creator; null when its answer names none. */
export type ApplicationConsent = { readonly creator: string | null };

/** The application's own service, which sees the caller's `Authorization` as it came. */
export interface Application {
  ask(
    question: ApplicationQuestion,
    authorization: string | null,
  ): Promise<Result<ApplicationConsent, Failure<"application_refused" | "application_unreachable">>>;
}
