import { revokeGrants } from "#domain/connections/revoke-grants.ts";
import type { Duty } from "./duty.ts";

const MOST = 100;

/** Grants of ended connections that their issuer could not be given back. */
export const revokeOwedGrants: Duty = (services) => revokeGrants(services, MOST);
