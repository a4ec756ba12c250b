import { CAPABILITIES, type Capability } from "./connection.ts";

const AUTH = "https://www.googleapis.com/auth/";
const UPLOAD = `${AUTH}youtube.upload`;
const READ = `${AUTH}youtube.readonly`;
const MANAGE = `${AUTH}youtube`;
const SSL = `${AUTH}youtube.force-ssl`;

/** What each capability asks of a person (developers.google.com/youtube/v3/guides/auth/server-side-web-apps, "Identify access scopes"). */
const ASKED: Readonly<Record<Capability, readonly string[]>> = {
  publish: [UPLOAD, READ],
  manage: [MANAGE],
  captions: [SSL],
};

/** Scopes that stand for a narrower one too. */
const WIDER: Readonly<Record<string, readonly string[]>> = { [UPLOAD]: [MANAGE, SSL], [READ]: [MANAGE, SSL], [MANAGE]: [SSL] };

export const scopesFor = (capabilities: readonly Capability[]): readonly string[] => [
  ...new Set(CAPABILITIES.filter((each) => capabilities.includes(each)).flatMap((each) => ASKED[each])),
];

/** Of what was asked for, that which nothing granted stands for. */
export const missingScopes = (asked: readonly string[], granted: readonly string[]): readonly string[] =>
  asked.filter((scope) => ![scope, ...(WIDER[scope] ?? [])].some((wider) => granted.includes(wider)));

export const capabilitiesOf = (granted: readonly string[]): readonly Capability[] =>
  CAPABILITIES.filter((capability) => missingScopes(ASKED[capability], granted).length === 0);
