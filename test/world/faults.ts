import { z } from "zod";
import type { Store } from "./store.ts";
import { concernsYouTube, type YouTubeFault, youtubeFault, type YouTubeOccasion } from "./youtube/faults.ts";

const times = z.int().min(1).max(1_000_000).default(1);
const status = z.int().min(200).max(599).default(503);
const afterBytes = z.int().min(0).default(0);
const delayMs = z.int().min(0).max(3_600_000);

const app = { peer: z.literal("app"), operation: z.enum(["authenticate", "callback", "webhook"]), times };

/** What can go wrong at the application: `status` and `reset` before any effect, `lost_reply` after it, `timeout` never answers. */
const appFault = z.discriminatedUnion("kind", [
  z.strictObject({
    ...app,
    kind: z.literal("status"),
    status,
    body: z.json().optional(),
    headers: z.record(z.string(), z.string()).optional(),
  }),
  z.strictObject({ ...app, kind: z.literal("delay"), delay_ms: delayMs }),
  z.strictObject({ ...app, kind: z.literal("reset") }),
  z.strictObject({ ...app, kind: z.literal("lost_reply") }),
  z.strictObject({ ...app, kind: z.literal("timeout") }),
]);

const edge = {
  peer: z.literal("edge"),
  operation: z.literal("request"),
  method: z.string().min(1).toUpperCase().optional(),
  path: z.string().startsWith("/").optional(),
  on: z.literal("final").optional(),
  times,
};

/**
 * What can go wrong on the way to the Worker: `status` before it sees anything; `reset` (RST) and `cut` (FIN) after so many
 * bytes of the body have been passed on; `lost_reply` when it has answered; `truncate` after so many bytes of its reply;
 * `timeout` swallows the request.
 */
const edgeFault = z.discriminatedUnion("kind", [
  z.strictObject({ ...edge, kind: z.literal("status"), status, body: z.json().optional() }),
  z.strictObject({ ...edge, kind: z.literal("delay"), delay_ms: delayMs }),
  z.strictObject({ ...edge, kind: z.literal("reset"), after_bytes: afterBytes }),
  z.strictObject({ ...edge, kind: z.literal("cut"), after_bytes: afterBytes }),
  z.strictObject({ ...edge, kind: z.literal("truncate"), after_bytes: afterBytes }),
  z.strictObject({ ...edge, kind: z.literal("lost_reply") }),
  z.strictObject({ ...edge, kind: z.literal("timeout") }),
]);

export const faultSchema = z.discriminatedUnion("peer", [appFault, edgeFault, youtubeFault]);

const counted = { id: z.int(), remaining: z.int() };

/** A fault that has not happened `remaining` times yet, as the control endpoint shows it. */
export const pendingFaultSchema = z.looseObject({ ...counted, peer: z.string(), operation: z.string(), kind: z.string() });

export type Fault = z.infer<typeof faultSchema>;
/** What a caller writes: everything with a default may be left out. */
export type FaultRequest = z.input<typeof faultSchema>;
export type AppFault = z.infer<typeof appFault>;
export type EdgeFault = z.infer<typeof edgeFault>;
export type PendingFault = Fault & { readonly id: number; readonly remaining: number };

export type EdgeOccasion = { readonly method: string; readonly path: string; readonly final: boolean };

/** What is going to go wrong. Each fault happens `times` times, oldest first; what remains survives a restart. */
export interface FaultBook {
  add(fault: Fault): PendingFault;
  pending(): PendingFault[];
  takeForApp(operation: AppFault["operation"]): AppFault | null;
  takeForEdge(occasion: EdgeOccasion): EdgeFault | null;
  takeForYouTube(occasion: YouTubeOccasion): YouTubeFault | null;
  clear(): void;
}

export function faultBook(store: Store): FaultBook {
  let pending: PendingFault[] = store.faults.all().flatMap(({ id, fault, remaining }) => {
    const parsed = faultSchema.safeParse(JSON.parse(fault));
    return parsed.success ? [{ ...parsed.data, id, remaining }] : [];
  });

  const take = <T extends PendingFault>(matches: (fault: PendingFault) => fault is T): T | null => {
    const fault = pending.find(matches);
    if (fault === undefined) return null;
    const remaining = fault.remaining - 1;
    store.faults.setRemaining(fault.id, remaining);
    pending = pending.flatMap((each) => (each.id !== fault.id ? [each] : remaining > 0 ? [{ ...each, remaining }] : []));
    return fault;
  };

  return {
    add(fault) {
      const added = { ...fault, id: store.faults.insert(JSON.stringify(fault), fault.times), remaining: fault.times };
      pending.push(added);
      return added;
    },
    pending: () => [...pending],
    takeForApp: (operation) => take((fault): fault is PendingFault & AppFault => fault.peer === "app" && fault.operation === operation),
    takeForEdge: (occasion) => take((fault): fault is PendingFault & EdgeFault => fault.peer === "edge" && concerns(fault, occasion)),
    takeForYouTube: (occasion) =>
      take((fault): fault is PendingFault & YouTubeFault => fault.peer === "youtube" && concernsYouTube(fault, occasion)),
    clear() {
      pending = [];
      store.faults.clear();
    },
  };
}

function concerns(fault: EdgeFault, { method, path, final }: EdgeOccasion): boolean {
  if (fault.method !== undefined && fault.method !== method) return false;
  if (fault.path !== undefined && !path.startsWith(fault.path)) return false;
  return fault.on === undefined || final;
}
