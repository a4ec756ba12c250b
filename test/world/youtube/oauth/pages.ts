import type { Reply } from "#test/world/youtube/call.ts";
import type { Channel } from "#test/world/youtube/records.ts";
import type { ConsentError, ConsentRequest } from "./consent-request.ts";

const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

const page = (title: string, main: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escape(title)}</title>
<style>
  body { font: 1rem/1.5 system-ui, sans-serif; max-width: 32rem; margin: 3rem auto; padding: 0 1rem; color: #1f1f1f; background: #fff }
  fieldset { border: 1px solid #747775; border-radius: .5rem; margin: 0 0 1rem } label { display: block; padding: .25rem 0 }
  button { font: inherit; padding: .5rem 1.5rem; border-radius: 2rem; border: 1px solid #747775; background: #fff; color: inherit }
  button[value=allow] { background: #0b57d0; color: #fff; border-color: #0b57d0 } code { overflow-wrap: anywhere }
</style>
</head>
<body><main><h1>${escape(title)}</h1>
${main}
</main></body>
</html>
`;

/** Where a person, or a test, picks the channel and what it grants. */
export function consentPage(request: ConsentRequest, query: string, channels: readonly Channel[]): Reply {
  const channel = ({ id, title, account, state }: Channel, index: number): string =>
    `<label><input type="radio" name="channel" value="${escape(id)}"${index === 0 ? " checked" : ""}> ${escape(title)} <small>${escape(account.email)}${state === "none" ? ", has no channel" : ""}</small></label>`;
  const scope = (name: string): string =>
    `<label><input type="checkbox" name="scope" value="${escape(name)}" checked> <code>${escape(name.replace("https://www.googleapis.com/auth/", ""))}</code></label>`;
  const html = page(
    "Choose a channel",
    `<p><code>${escape(request.project.client_id)}</code> wants to use your YouTube account. This is Sluice's local stand-in for Google.</p>
<form method="post" action="/o/oauth2/consent">
<input type="hidden" name="request" value="${escape(query)}">
<fieldset><legend>Channel</legend>${channels.map(channel).join("\n")}</fieldset>
<fieldset><legend>It may</legend>${request.scopes.map(scope).join("\n")}</fieldset>
<button name="decision" value="allow">Continue</button> <button name="decision" value="deny">Cancel</button>
</form>`,
  );
  return { status: 200, html };
}

export function consentErrorPage({ status, error, description }: ConsentError): Reply {
  return { status, html: page("Access blocked", `<p>Error ${status}: ${escape(error)}</p><p>${escape(description)}</p>`) };
}
