import { z } from "zod";
import { settingsChange } from "./library.ts";
import { endGrants } from "./oauth/account.ts";
import { METHODS } from "./operations.ts";
import { channelRecord, processingOutcome, projectRecord, type Video } from "./records.ts";
import { readMetadata } from "./data/video-metadata.ts";
import { dropVideo } from "./data/videos.ts";
import { newVideoId } from "./secret.ts";
import { DEFAULT_LIMITS, newChannel, newProjectSecrets, registerProject } from "./seed.ts";
import type { Site } from "./call.ts";

export type CommandAnswer =
  | { readonly status: number; readonly body: unknown }
  | { readonly problem: string; readonly status: number; readonly detail: string };

type Command = (json: unknown) => CommandAnswer;

const limits = projectRecord.shape.limits.partial();
const sections = z.looseObject({ snippet: z.looseObject({ title: z.string() }) });

const newVideo = z.strictObject({
  channel_id: z.string(),
  resource: sections,
  duration_seconds: z.number().min(0).default(10),
  size: z.int().min(0).default(0),
  published_at: z.iso.datetime({ offset: true }).optional(),
  takes_ms: z.int().min(0).default(0),
  outcome: processingOutcome.default({ kind: "processed" }),
});
const newChannelRequest = z.strictObject({
  title: z.string().min(1),
  email: z.email(),
  state: channelRecord.shape.state.optional(),
  uploads_per_day: z.int().min(0).nullable().optional(),
});
const channelChange = z.strictObject({
  id: z.string(),
  state: channelRecord.shape.state.optional(),
  uploads_per_day: z.int().min(0).nullable().optional(),
});
const projectRequest = z.strictObject({
  client_id: z.string().optional(),
  redirect_uris: z.array(z.url()).default([]),
  verified: z.boolean().optional(),
  limits: limits.optional(),
});

/** What happens at YouTube without Sluice: `POST /youtube/<name>` of the control endpoint. */
export function youtubeCommands(site: Site): Record<string, Command> {
  const { library, clock } = site;

  const command = <T>(schema: z.ZodType<T>, run: (request: T) => CommandAnswer): Command => {
    return (json) => {
      const request = schema.safeParse(json);
      return request.success ? run(request.data) : { problem: "invalid_request", status: 400, detail: z.prettifyError(request.error) };
    };
  };
  const unknown = (what: string): CommandAnswer => ({ problem: `unknown_${what}`, status: 404, detail: `YouTube has no such ${what}` });

  return {
    "GET /youtube/log": () => ({ status: 200, body: { requests: library.exchanges.all() } }),
    "POST /youtube/settings": command(settingsChange, (change) => {
      const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
      return { status: 200, body: library.settings.change(given) };
    }),
    "POST /youtube/clock": command(
      z.union([z.strictObject({ advance_ms: z.int().min(0) }), z.strictObject({ at: z.iso.datetime({ offset: true }).nullable() })]),
      (move) => {
        if ("advance_ms" in move) clock.moveTo(clock.now() + move.advance_ms);
        else clock.moveTo(move.at === null ? null : Date.parse(move.at));
        return { status: 200, body: { now: new Date(clock.now()).toISOString() } };
      },
    ),
    "POST /youtube/channels": command(newChannelRequest, ({ title, email, state, uploads_per_day: perDay }) => {
      const given = { ...(state === undefined ? {} : { state }), ...(perDay === undefined ? {} : { uploads_per_day: perDay }) };
      const channel = newChannel({ title, email, ...given }, clock.now());
      library.channels.put(channel);
      return { status: 201, body: channel };
    }),
    "POST /youtube/channels/change": command(channelChange, ({ id, state, uploads_per_day: perDay }) => {
      const channel = library.channels.get(id);
      if (channel === null) return unknown("channel");
      const changed = {
        ...channel,
        state: state ?? channel.state,
        uploads_per_day: perDay === undefined ? channel.uploads_per_day : perDay,
      };
      library.channels.put(changed);
      return { status: 200, body: changed };
    }),
    "POST /youtube/projects": command(projectRequest, ({ client_id: clientId, redirect_uris: redirectUris, verified, limits: given }) => {
      const known = clientId === undefined ? null : library.projects.get(clientId);
      if (clientId !== undefined && known === null) return unknown("project");
      const changed = {
        verified: verified ?? known?.verified ?? true,
        limits: withLimits(known?.limits ?? DEFAULT_LIMITS, given),
      };
      if (known !== null) {
        const project = { ...known, ...changed, redirect_uris: [...new Set([...known.redirect_uris, ...redirectUris])] };
        library.projects.put(project);
        return { status: 200, body: { client_id: project.client_id } };
      }
      const secrets = newProjectSecrets();
      registerProject(library, secrets, redirectUris, changed);
      return { status: 201, body: { client_id: secrets.clientId, client_secret: secrets.clientSecret, api_key: secrets.apiKey } };
    }),
    "POST /youtube/grants/revoke": command(z.strictObject({ channel_id: z.string(), client_id: z.string().optional() }), (which) => ({
      status: 200,
      body: { revoked: endGrants(site, which.channel_id, which.client_id) },
    })),
    "POST /youtube/videos": command(newVideo, (request) => {
      if (library.channels.get(request.channel_id)?.state !== "active") return unknown("channel");
      const metadata = readMetadata(request.resource, new Set(["snippet", "status"]), null, clock.now());
      if (!metadata.ok) return { problem: metadata.error.reason, status: 400, detail: metadata.error.message ?? "see YouTube's rules" };
      const isPublic = metadata.value.status.privacyStatus === "public";
      const video: Video = {
        id: newVideoId(),
        channel_id: request.channel_id,
        client_id: null,
        metadata: metadata.value,
        file: null,
        size: request.size,
        sha256: null,
        duration_seconds: request.duration_seconds,
        uploaded_at: clock.now(),
        published_at: isPublic ? Date.parse(request.published_at ?? new Date(clock.now()).toISOString()) : null,
        locked: false,
        processing: { takes_ms: request.takes_ms, outcome: request.outcome },
        thumbnail: null,
      };
      library.videos.put(video);
      return { status: 201, body: { id: video.id, channel_id: video.channel_id } };
    }),
    "POST /youtube/videos/process": command(
      z.strictObject({ id: z.string(), outcome: processingOutcome, takes_ms: z.int().min(0).default(0) }),
      ({ id, outcome, takes_ms: takesMs }) => {
        const video = library.videos.get(id);
        if (video === null) return unknown("video");
        library.videos.put({ ...video, processing: { outcome, takes_ms: takesMs } });
        return { status: 200, body: { id } };
      },
    ),
    "POST /youtube/videos/delete": command(z.strictObject({ id: z.string() }), ({ id }) => {
      const video = library.videos.get(id);
      if (video === null) return unknown("video");
      dropVideo(site, video);
      return { status: 200, body: { id } };
    }),
  };
}

function withLimits(limitsNow: typeof DEFAULT_LIMITS, given: z.infer<typeof limits> = {}): typeof DEFAULT_LIMITS {
  const changed = { ...limitsNow };
  for (const bucket of [...new Set(Object.values(METHODS).map((each) => each.bucket))])
    changed[bucket] = given[bucket] ?? limitsNow[bucket];
  return changed;
}
