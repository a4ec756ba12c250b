/** All that may be logged: whatever is not named here stays out of the logs. */
export type LogFields = {
  readonly request_id?: string;
  readonly method?: string;
  /** The route's pattern, never the path: paths carry handles. */
  readonly route?: string;
  readonly status?: number;
  readonly duration_ms?: number;
  readonly code?: string;
  readonly upload_id?: string;
  readonly asset_id?: string;
  readonly creator_id?: string;
  readonly key_id?: string;
  readonly event_id?: string;
  readonly webhook_id?: string;
  readonly delivery_id?: string;
  readonly account?: string;
  readonly connection_id?: string;
  readonly message_type?: string;
  readonly duty?: string;
  readonly phase?: string;
  readonly project?: string;
  readonly attempt?: number;
  readonly count?: number;
  readonly bytes?: number;
  readonly cause?: unknown;
};

export interface Log {
  /** The same log, with these fields in every line. */
  with(fields: LogFields): Log;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}
