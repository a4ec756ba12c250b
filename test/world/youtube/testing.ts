import { createHash } from "node:crypto";
import { join } from "node:path";
import { auth, youtube, type youtube_v3 } from "@googleapis/youtube";
import { z } from "zod";
import { type FaultBook, faultBook, type FaultRequest, faultSchema } from "#test/world/faults.ts";
import { closeServer, listenOnFirstFree } from "#test/world/listen.ts";
import type { Store } from "#test/world/store.ts";
import { storeIn, temporaryDirectory } from "#test/world/testing.ts";
import { youtubeCommands } from "./commands.ts";
import { SCOPES } from "./operations.ts";
import { DEFAULT_LIMITS, newProjectSecrets, type ProjectSecrets, registerProject } from "./seed.ts";
import { createYouTube, type YouTube } from "./youtube.ts";

export const REDIRECT_URI = "http://127.0.0.1:9/callback";

type Project = ProjectSecrets & { readonly redirectUri: string };

export type Opening = { readonly total?: number; readonly resource?: unknown; readonly query?: string };

export type Granted = { readonly accessToken: string; readonly refreshToken: string | null };

const tokens = z.object({ access_token: z.string(), refresh_token: z.string().optional() });

/** A YouTube of a test's own, on a port, with a project that may use it and a clock that stands still until it is moved. */
export class TestYouTube {
  url = "";
  readonly #directory = temporaryDirectory();
  readonly project: Project = { ...newProjectSecrets(), redirectUri: REDIRECT_URI };
  readonly errors: unknown[] = [];
  #store: Store | null = null;
  #faults: FaultBook | null = null;
  #youtube: YouTube | null = null;
  now = Date.parse("2026-11-20T12:00:00Z");

  async start(): Promise<void> {
    const store = storeIn(this.#directory.path);
    const faults = faultBook(store);
    const directory = join(this.#directory.path, "youtube");
    const machine = (): number => this.now;
    const site = createYouTube({ store, faults, directory, machine, onError: (cause) => this.errors.push(cause) });
    registerProject(site.site.library, this.project, [REDIRECT_URI], { limits: DEFAULT_LIMITS });
    this.url = `http://127.0.0.1:${await listenOnFirstFree(site.server, [])}`;
    [this.#store, this.#faults, this.#youtube] = [store, faults, site];
  }

  /** The same state at another port: a pooled connection would not know of the restart. */
  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  async stop(): Promise<void> {
    if (this.#youtube !== null) {
      await closeServer(this.#youtube.server);
      await this.#youtube.close();
    }
    this.#store?.close();
    [this.#store, this.#faults, this.#youtube] = [null, null, null];
  }

  async remove(): Promise<void> {
    await this.stop();
    this.#directory.remove();
  }

  get running(): YouTube {
    if (this.#youtube === null) throw new Error("this YouTube does not run");
    return this.#youtube;
  }

  state(): ReturnType<YouTube["state"]> {
    return this.running.state();
  }

  get log(): ReturnType<YouTube["site"]["library"]["exchanges"]["all"]> {
    return this.running.site.library.exchanges.all();
  }

  /** Where the bytes of a video are. */
  fileOf(videoId: string): string {
    const { library, blobs } = this.running.site;
    return blobs.path("videos", library.videos.get(videoId)?.file ?? "");
  }

  fault(fault: FaultRequest): void {
    this.#faults?.add(faultSchema.parse(fault));
  }

  get pendingFaults(): number {
    return this.#faults?.pending().length ?? 0;
  }

  command(name: string, request: unknown): unknown {
    const answer = youtubeCommands(this.running.site)[`POST /youtube/${name}`]?.(request);
    if (answer === undefined || "problem" in answer) throw new Error(`${name}: ${JSON.stringify(answer)}`);
    return answer.body;
  }

  channelId(title = "Local channel"): string {
    const channel = this.state().channels.find((each) => each.title === title);
    if (channel === undefined) throw new Error(`no channel ${title}`);
    return channel.id;
  }

  /** Where a person is sent to consent. */
  consentUrl(parameters: Readonly<Record<string, string>> = {}, project = this.project): string {
    const standard = {
      client_id: project.clientId,
      redirect_uri: project.redirectUri,
      response_type: "code",
      scope: SCOPES.slice(0, 2).join(" "),
      access_type: "offline",
      prompt: "consent",
      state: "s",
    };
    const url = new URL(`${this.url}/o/oauth2/v2/auth`);
    url.search = new URLSearchParams({ ...standard, ...parameters }).toString();
    return url.href;
  }

  /** What a code is good for, once. */
  async exchange(form: Readonly<Record<string, string>>, project = this.project): Promise<{ status: number; body: unknown }> {
    const standard = { client_id: project.clientId, client_secret: project.clientSecret };
    const reply = await fetch(`${this.url}/token`, { method: "POST", body: new URLSearchParams({ ...standard, ...form }) });
    return { status: reply.status, body: await reply.json() };
  }

  /** A channel consents to everything that is asked, and the code is exchanged. */
  async grant(title = "Local channel", parameters: Readonly<Record<string, string>> = {}, project = this.project): Promise<Granted> {
    this.command("settings", { consent: { channel_id: this.channelId(title), decision: "allow" } });
    const reply = await fetch(this.consentUrl(parameters, project), { redirect: "manual" });
    const code = new URL(reply.headers.get("location") ?? "").searchParams.get("code") ?? "";
    const form = { grant_type: "authorization_code", code, redirect_uri: project.redirectUri };
    const granted = tokens.parse((await this.exchange(form, project)).body);
    return { accessToken: granted.access_token, refreshToken: granted.refresh_token ?? null };
  }

  /** Opens an upload and says where its bytes go. */
  async open(accessToken: string, { total, resource = {}, query = "part=snippet,status" }: Opening = {}): Promise<Response> {
    return fetch(`${this.url}/upload/youtube/v3/videos?uploadType=resumable&${query}`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${accessToken}`,
        "content-type": "application/json; charset=UTF-8",
        "x-upload-content-type": "video/mp4",
        ...(total === undefined ? {} : { "x-upload-content-length": String(total) }),
      },
      body: JSON.stringify(resource),
    });
  }

  async session(accessToken: string, opening: Opening = {}): Promise<string> {
    const location = (await this.open(accessToken, opening)).headers.get("location");
    if (location === null) throw new Error("the upload was not opened");
    return location;
  }

  /** Google's own client, which does not retry here. */
  client(accessToken: string): { api: youtube_v3.Youtube; at: { rootUrl: string; retry: false } } {
    const client = new auth.OAuth2();
    client.setCredentials({ access_token: accessToken });
    return { api: youtube({ version: "v3", auth: client }), at: { rootUrl: `${this.url}/`, retry: false } };
  }
}

export const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Bytes that nobody can mistake for others of the same length. */
export function bytesOf(length: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(length);
  let value = seed;
  for (let at = 0; at < length; at += 1) {
    value = (Math.imul(value, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[at] = value >>> 24;
  }
  return bytes;
}

/** The reason in Google's error body. */
export const reasonIn = (body: unknown): string | undefined =>
  z.object({ error: z.object({ errors: z.array(z.object({ reason: z.string() })) }) }).safeParse(body).data?.error.errors[0]?.reason;
