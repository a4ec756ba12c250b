import { createHash, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { z } from "zod";
import { type Application, applicationState } from "./application.ts";
import type { CronTimer } from "./cron.ts";
import type { Edge } from "./edge.ts";
import { type FaultBook, faultSchema, pendingFaultSchema } from "./faults.ts";
import { readJson, sendJson, sendProblem } from "./http-json.ts";
import type { Worker } from "./worker.ts";
import { youtubeCommands } from "./youtube/commands.ts";
import { youtubeState } from "./youtube/state.ts";
import type { YouTube } from "./youtube/youtube.ts";

/** What `GET /state` shows. */
export const worldStateSchema = z.object({
  app: applicationState,
  youtube: youtubeState,
  faults: z.array(pendingFaultSchema),
  edge: z.object({ requests: z.int(), refused_413: z.int() }),
  worker: z.object({ status: z.enum(["starting", "ready", "stopped"]), starts: z.int() }),
});

export type WorldState = z.infer<typeof worldStateSchema>;

export type ControlOptions = {
  readonly operatorKey: string;
  readonly application: Application;
  readonly youtube: YouTube;
  readonly faults: FaultBook;
  readonly edge: Edge;
  readonly worker: Pick<Worker, "state" | "restart" | "kill">;
  readonly cron: Pick<CronTimer, "crons" | "fire">;
  readonly onError?: (cause: unknown) => void;
};

type Answer =
  | { readonly status: number; readonly body: unknown }
  | { readonly problem: string; readonly status: number; readonly detail: string };
type Route = (json: unknown) => Answer | Promise<Answer>;

/** The endpoint through which people and tests see into the world and change it. */
export function createControl(options: ControlOptions): Server {
  const { application, youtube, faults, edge, worker, cron } = options;
  const isOperator = sameAs(`Bearer ${options.operatorKey}`);

  const routes: Record<string, Route> = {
    "GET /state": () => {
      const state: WorldState = {
        app: application.state(),
        youtube: youtube.state(),
        faults: faults.pending(),
        edge: edge.counters(),
        worker: worker.state(),
      };
      return { status: 200, body: state };
    },
    "GET /faults": () => ({ status: 200, body: { faults: faults.pending() } }),
    "POST /faults": (json) => {
      const fault = faultSchema.safeParse(json);
      return fault.success ? { status: 201, body: faults.add(fault.data) } : invalid("invalid_fault", fault.error);
    },
    "POST /reset": () => {
      application.reset();
      youtube.reset();
      faults.clear();
      edge.reset();
      return { status: 200, body: { reset: true } };
    },
    "POST /cron": async (json) => {
      const request = z.strictObject({ cron: z.string() }).safeParse(json);
      if (!request.success) return invalid("invalid_cron", request.error);
      if (!cron.crons.includes(request.data.cron)) {
        return { problem: "unknown_cron", status: 400, detail: `wrangler.toml has these triggers: ${cron.crons.join(" · ")}` };
      }
      const firing = await cron.fire(request.data.cron);
      return firing === null ? { problem: "no_worker", status: 503, detail: "the Worker is being started" } : { status: 200, body: firing };
    },
    "POST /worker/restart": async () => {
      await worker.restart();
      return { status: 200, body: worker.state() };
    },
    "POST /worker/kill": async () => {
      await worker.kill();
      return { status: 200, body: worker.state() };
    },
    ...youtubeCommands(youtube.site),
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const json = await readJson(request);
    if (!isOperator(request.headers.authorization))
      return sendProblem(response, 401, "unauthorized", "Authorization: Bearer <operator_key>");
    const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
    const route = routes[`${request.method ?? "GET"} ${path}`];
    if (route === undefined) return sendProblem(response, 404, "not_found", `there is: ${Object.keys(routes).join(", ")}`);
    if (!json.ok) return sendProblem(response, 400, json.error.code, "the body must be JSON of at most 1 MiB");
    const answer = await route(json.value);
    if ("problem" in answer) sendProblem(response, answer.status, answer.problem, answer.detail);
    else sendJson(response, answer.status, answer.body);
  };

  return createServer((request, response) => {
    serve(request, response).catch((cause: unknown) => {
      options.onError?.(cause);
      if (response.headersSent || request.destroyed) response.destroy();
      else sendProblem(response, 500, "internal", "see the world's log");
    });
  });
}

const invalid = (code: string, error: z.ZodError): Answer => ({ problem: code, status: 400, detail: z.prettifyError(error) });

function sameAs(expected: string): (given: string | undefined) => boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  const wanted = digest(expected);
  return (given) => given !== undefined && timingSafeEqual(digest(given), wanted);
}
