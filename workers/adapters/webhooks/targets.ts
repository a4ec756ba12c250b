import ipaddr from "ipaddr.js";
import type { Failure } from "#domain/failures.ts";
import { err, ok, type Result } from "#domain/result.ts";
import type { WebhookTargets } from "#domain/webhooks/webhook.ts";

export type TargetPolicy = {
  /** Hosts that are ours, each with everything below it. */
  readonly ownZones: readonly string[];
  /** Only in the local world: plain http to this machine. */
  readonly allowsLoopback: boolean;
};

type Refused = Failure<"webhook_url_refused">;

const MAX_URL_LENGTH = 2048;
const MAX_NAME_LENGTH = 253;
const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Names that the public DNS does not answer for, or that people use inside their own networks (RFC 6761, 6762, 7686, 8375, 9476). */
const PRIVATE_ENDINGS = [
  "alt",
  "arpa",
  "corp",
  "home",
  "internal",
  "intranet",
  "invalid",
  "lan",
  "local",
  "localdomain",
  "localhost",
  "mail",
  "onion",
  "private",
  "test",
];
/** Public names that somebody keeps pointed at loopback. */
const LOOPBACK_NAMES = ["localtest.me", "lvh.me", "vcap.me", "lacolhost.com"];
/** Whose names answer with the address that is written into them, in one notation or another: addresses by another name. */
const ADDRESS_ZONES = ["nip.io", "sslip.io", "xip.io", "xip.name", "traefik.me", "local-ip.co", "local-ip.sh"];

const isBelow = (host: string, zone: string): boolean => host === zone || host.endsWith(`.${zone}`);

/**
 * Which URLs may be sent to. `URL` reads every spelling of a host as the network would (decimal, octal, hexadecimal and short
 * addresses, full-width digits, ideographic dots), so what is judged here is what would be connected to.
 */
export function webhookTargets({ ownZones, allowsLoopback }: TargetPolicy): WebhookTargets {
  return {
    check: (text, alsoOurs = []) => {
      if (text.length > MAX_URL_LENGTH || !URL.canParse(text))
        return refuse("not_a_url", `It must be a URL of at most ${MAX_URL_LENGTH} characters.`);
      const url = new URL(text);
      if (url.username !== "" || url.password !== "") return refuse("userinfo", "It may have no user name or password.");
      if (url.hash !== "") return refuse("fragment", "It may have no fragment: that part is never sent.");
      if (allowsLoopback && LOOPBACK.has(url.hostname) && /^https?:$/.test(url.protocol)) return ok(url.href);
      if (url.protocol !== "https:") return refuse("not_https", "It must be https.");
      if (url.port !== "") return refuse("port", "It must be at port 443.");
      const refused = refusedName(url.hostname);
      if (refused !== null) return err(refused);
      if ([...ownZones, ...alsoOurs].some((zone) => isBelow(url.hostname, zone))) return refuse("own_zone", "It is one of our own names.");
      return ok(url.href);
    },
  };
}

function refusedName(host: string): Refused | null {
  if (host.startsWith("[") || ipaddr.isValid(host)) return refused("ip_literal", "It must be a name, not an address.");
  const labels = host.split(".");
  if (host.length > MAX_NAME_LENGTH || !labels.every((label) => LABEL.test(label)))
    return refused("bad_name", "It must be a host name: letters, digits and hyphens between dots, and no dot at the end.");
  if (labels.length < 2) return refused("private_name", "It must be a name with a dot in it.");
  if (PRIVATE_ENDINGS.some((ending) => isBelow(host, ending)) || LOOPBACK_NAMES.some((name) => isBelow(host, name)))
    return refused("private_name", "It is a name of private networks.");
  if (ADDRESS_ZONES.some((zone) => isBelow(host, zone))) return refused("ip_literal", "It must be a name of its own, not an address.");
  return carriesPrivateAddress(labels) ? refused("private_name", "It is a name for a private address.") : null;
}

/** There are more such zones than anybody can list: a private address in dots or dashes is one in any of them. */
function carriesPrivateAddress(labels: readonly string[]): boolean {
  const below = labels.slice(0, -2);
  const quads = below.map((_label, index) => below.slice(index, index + 4)).filter(({ length }) => length === 4);
  const dashed = below.flatMap((label) => [...label.matchAll(/\d{1,3}(?:-\d{1,3}){3}/g)].map(([quad]) => quad.split("-")));
  const long = below.flatMap((label) =>
    [...label.matchAll(/(?<=^|-)[0-9a-f]*(?:-[0-9a-f]*){2,7}$/g)].map(([tail]) => tail.replaceAll("-", ":")),
  );
  const isPrivate = (text: string): boolean => ipaddr.isValid(text) && ipaddr.process(text).range() !== "unicast";
  return [...[...quads, ...dashed].map((parts) => parts.join(".")), ...long].some(isPrivate);
}

const refused = (reason: string, detail: string): Refused => ({ code: "webhook_url_refused", reason, detail });
const refuse = (reason: string, detail: string): Result<never, Refused> => err(refused(reason, detail));
