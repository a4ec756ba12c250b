import { deliverCallback, type CallbackServices } from "./deliver-callback.ts";
import { messageSchema } from "./messages.ts";

/** As much of a queue's batch as this needs. */
type Batch = { readonly messages: readonly { readonly body: unknown; ack(): void }[] };

/** Every message is acknowledged: who owns the work sends again what had no effect. */
export async function consume(batch: Batch, services: CallbackServices): Promise<void> {
  await Promise.all(
    batch.messages.map(async (message) => {
      const parsed = messageSchema.safeParse(message.body);
      if (!parsed.success) {
        services.log.error("message not understood", { cause: parsed.error });
        message.ack();
        return;
      }
      try {
        await deliverCallback(services, parsed.data);
      } catch (cause) {
        services.log.error("message failed", {
          request_id: parsed.data.request_id,
          upload_id: parsed.data.upload_id,
          message_type: parsed.data.type,
          cause,
        });
      }
      message.ack();
    }),
  );
}
