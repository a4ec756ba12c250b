/** What is told to the application; `id` stays the same however often it is sent. */
export type Announcement = {
  readonly id: string;
  readonly type: string;
  /** RFC 3339 */
  readonly timestamp: string;
  readonly data: Readonly<Record<string, unknown>>;
};

/** The application's receiver of events. */
export interface Receiver {
  /** Throws nothing: `reason` says why it was not taken. */
  deliver(
    announcement: Announcement,
    requestId: string,
  ): Promise<{ readonly taken: true } | { readonly taken: false; readonly reason: string }>;
}
