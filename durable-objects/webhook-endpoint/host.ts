import type { EndpointStep } from "./machine.ts";
import type { Rows } from "./schema.ts";
import type { EndpointServices } from "./services.ts";

/** What the rooms of an endpoint share. */
export type EndpointHost = {
  readonly rows: Rows;
  readonly services: () => EndpointServices;
  /** Part of a transaction: the state, and the effects that go with it. */
  readonly record: (step: EndpointStep) => void;
};
