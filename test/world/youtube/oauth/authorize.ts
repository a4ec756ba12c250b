import { readForm } from "#test/world/youtube/body.ts";
import type { Call, Reply, Site } from "#test/world/youtube/call.ts";
import type { Channel, Code } from "#test/world/youtube/records.ts";
import { newSecret, sha256 } from "#test/world/youtube/secret.ts";
import { type ConsentRequest, parseConsentRequest } from "./consent-request.ts";
import { consentErrorPage, consentPage } from "./pages.ts";

const CODE_MS = 600_000;

type Decision = { readonly channel: Channel; readonly scopes: readonly string[] };

/** `GET /o/oauth2/v2/auth`. */
export function authorize({ site, url, note }: Call): Promise<Reply> {
  const { library } = site;
  const parsed = parseConsentRequest(library, url.searchParams);
  if (!parsed.ok) return Promise.resolve(consentErrorPage(parsed.error));
  const request = parsed.value;
  note.client_id = request.project.client_id;
  const channels = library.channels.all();

  const { consent } = library.settings.get();
  const answered = consent === null ? undefined : channels.find(({ id }) => id === consent.channel_id);
  if (consent !== null && answered !== undefined) {
    if (consent.decision === "deny") return Promise.resolve(denied(request, "access_denied"));
    const scopes = request.scopes.filter((scope) => consent.scopes?.includes(scope) ?? true);
    return Promise.resolve(granted(site, request, { channel: answered, scopes }));
  }
  if (request.prompts.includes("none")) return Promise.resolve(denied(request, "interaction_required"));
  return Promise.resolve(consentPage(request, url.search.slice(1), channels));
}

/** `POST /o/oauth2/consent`: the page's own form. */
export async function consent(call: Call): Promise<Reply> {
  const { site, note } = call;
  const form = await readForm(call);
  const parsed = parseConsentRequest(site.library, new URLSearchParams(form.get("request") ?? ""));
  if (!parsed.ok) return consentErrorPage(parsed.error);
  const request = parsed.value;
  note.client_id = request.project.client_id;
  const channel = site.library.channels.get(form.get("channel") ?? "");
  const picked = form.getAll("scope");
  const scopes = request.scopes.filter((scope) => picked.includes(scope));
  if (form.get("decision") !== "allow" || channel === null || scopes.length === 0) return denied(request, "access_denied");
  return granted(site, request, { channel, scopes });
}

function granted({ library, clock }: Site, request: ConsentRequest, { channel, scopes }: Decision): Reply {
  const secret = newSecret("4/0A");
  // Google gives a refresh token once, and again only to who asks for consent again.
  const known = library.grants.under(channel.id).some(({ client_id, refresh_sha256 }) => {
    return client_id === request.project.client_id && refresh_sha256 !== null;
  });
  const code: Code = {
    sha256: sha256(secret),
    client_id: request.project.client_id,
    channel_id: channel.id,
    scopes: [...scopes],
    redirect_uri: request.redirectUri,
    challenge: request.challenge,
    lasting: request.offline && (request.prompts.includes("consent") || !known),
    expires_at: clock.now() + CODE_MS,
  };
  library.codes.put(code);
  return redirect(request, { code: secret, scope: scopes.join(" "), authuser: "0", prompt: request.prompts.join(" ") || "none" });
}

const denied = (request: ConsentRequest, error: string): Reply => redirect(request, { error });

function redirect({ redirectUri, state }: ConsentRequest, parameters: Readonly<Record<string, string>>): Reply {
  const location = new URL(redirectUri);
  const all = { ...(state === null ? {} : { state }), iss: "https://accounts.google.com", ...parameters };
  for (const [name, value] of Object.entries(all)) location.searchParams.set(name, value);
  return { status: 302, headers: { location: location.href, "cache-control": "no-store" } };
}
