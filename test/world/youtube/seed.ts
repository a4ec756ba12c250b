import { z } from "zod";
import type { Store } from "#test/world/store.ts";
import type { Library } from "./library.ts";
import type { Channel, Project } from "./records.ts";
import { newChannelId, newId, newSecret, sha256 } from "./secret.ts";

/** What a project gets that Google has not looked at (developers.google.com/youtube/v3/determine_quota_cost). */
export const DEFAULT_LIMITS: Project["limits"] = { "videos.insert": 100, "search.list": 100, units: 10_000 };

export type NewChannel = {
  readonly title: string;
  readonly email: string;
  readonly state?: Channel["state"];
  readonly uploads_per_day?: number | null;
};

export function newChannel({ title, email, state = "active", uploads_per_day: perDay = null }: NewChannel, now: number): Channel {
  const sub = String(BigInt(`0x${sha256(email).slice(0, 16)}`))
    .padStart(21, "1")
    .slice(0, 21);
  const handle = `@${title.replace(/[^A-Za-z0-9]/g, "")}`;
  return { id: newChannelId(), account: { sub, email }, title, handle, state, uploads_per_day: perDay, created_at: now };
}

/** Two channels of two people, and somebody who has none. */
export function seedChannels(library: Library, now: number): void {
  if (library.channels.all().length > 0) return;
  library.channels.put(newChannel({ title: "Local channel", email: "ada@example.com" }, now));
  library.channels.put(newChannel({ title: "Another channel", email: "grace@example.com" }, now));
  library.channels.put(newChannel({ title: "Nobody's channel", email: "nobody@example.com", state: "none" }, now));
}

const projectSecrets = z.object({ clientId: z.string(), clientSecret: z.string(), apiKey: z.string() });

export type ProjectSecrets = z.infer<typeof projectSecrets>;

export const newProjectSecrets = (): ProjectSecrets => ({
  clientId: `${String(Date.now()).slice(0, 12)}-${newId("", 32).toLowerCase().replace(/[-_]/g, "0")}.apps.googleusercontent.com`,
  clientSecret: newSecret("GOCSPX-", 21),
  apiKey: newSecret("AIza", 26),
});

/** Of the project that Sluice has here, made once per state directory. */
export function projectSecretsOf({ settings }: Store): ProjectSecrets {
  const kept = settings.get("youtube_project");
  if (kept !== null) return projectSecrets.parse(JSON.parse(kept));
  const secrets = newProjectSecrets();
  settings.set("youtube_project", JSON.stringify(secrets));
  return secrets;
}

/** Registers a client of Google's; one that is known keeps its limits and whether it is verified, unless they are given. */
export function registerProject(
  library: Library,
  { clientId, clientSecret, apiKey }: ProjectSecrets,
  redirectUris: readonly string[],
  given: Partial<Pick<Project, "verified" | "limits">> = {},
): Project {
  const known = library.projects.get(clientId);
  const project: Project = {
    client_id: clientId,
    secret_sha256: sha256(clientSecret),
    api_key_sha256: sha256(apiKey),
    redirect_uris: [...new Set([...redirectUris, ...(known?.redirect_uris ?? [])])],
    verified: given.verified ?? known?.verified ?? true,
    limits: given.limits ?? known?.limits ?? DEFAULT_LIMITS,
  };
  library.projects.put(project);
  return project;
}
