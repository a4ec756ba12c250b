import { rewrapGrants } from "#domain/connections/rewrap-grants.ts";
import type { Duty } from "./duty.ts";

const MOST = 1_000;

/** Grants that an older sealing key wraps: when a run finds none, that key can go. */
export const rewrapOldGrants: Duty = (services) => rewrapGrants(services, MOST);
