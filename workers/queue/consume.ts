import { inspectAsset, type InspectionServices } from "./inspect-asset.ts";
import { messageSchema } from "./messages.ts";

/** As much of a queue's batch as this needs. */
type Batch = { readonly messages: readonly { readonly body: unknown; readonly attempts: number; ack(): void }[] };

/** Every message is acknowledged: what had no effect is found by the clock and sent again. */
export async function consume(batch: Batch, services: InspectionServices): Promise<void> {
  await Promise.all(
    batch.messages.map(async (message) => {
      const parsed = messageSchema.safeParse(message.body);
      if (!parsed.success) {
        services.log.error("message not understood", { cause: parsed.error });
        message.ack();
        return;
      }
      const { request_id, asset_id, type } = parsed.data;
      try {
        await inspectAsset(services, parsed.data, message.attempts);
      } catch (cause) {
        services.log.error("message failed", { request_id, asset_id, message_type: type, cause });
      }
      message.ack();
    }),
  );
}
