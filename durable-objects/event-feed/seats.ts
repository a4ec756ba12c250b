import { z } from "zod";
import { EVENT_TYPES } from "#domain/events/event.ts";
import type { Seat } from "./machine.ts";

const attachment = z.object({
  types: z.array(z.enum(EVENT_TYPES)),
  resource: z.string().nullable(),
  progress: z.boolean(),
  at: z.int(),
  live: z.boolean(),
});

export type Seated = { readonly socket: WebSocket; readonly seat: Seat };

/** Who listens: their seats lie with their sockets, where they outlive the object's memory. */
export class Seats {
  readonly #ctx: DurableObjectState;

  constructor(ctx: DurableObjectState) {
    this.#ctx = ctx;
  }

  get count(): number {
    return this.#ctx.getWebSockets().length;
  }

  all(): Seated[] {
    return this.#ctx.getWebSockets().flatMap((socket) => {
      const seat = seatOf(socket);
      return seat === null ? [] : [{ socket, seat }];
    });
  }

  take(socket: WebSocket, seat: Seat): void {
    this.#ctx.acceptWebSocket(socket);
    socket.serializeAttachment(seat);
  }

  change(socket: WebSocket, seat: Seat): void {
    socket.serializeAttachment(seat);
  }
}

export function seatOf(socket: WebSocket): Seat | null {
  const parsed = attachment.safeParse(socket.deserializeAttachment());
  return parsed.success ? parsed.data : null;
}

/** A socket that is going away takes nothing more, and its listener comes back from where it was. */
export function tell(socket: WebSocket, message: string): void {
  if (socket.readyState === WebSocket.OPEN) socket.send(message);
}
