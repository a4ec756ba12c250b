import { carryDelivery, type CarrierPorts } from "./carry-delivery.ts";
import { transferMessage } from "./messages.ts";

/** As much of a queue's batch as this needs. */
type Batch = { readonly messages: readonly { readonly body: unknown; ack(): void }[] };

/** Every message is acknowledged: what came to nothing is sent again by its publisher, whose lease it had. */
export async function consumeTransfers(batch: Batch, ports: CarrierPorts): Promise<void> {
  for (const message of batch.messages) {
    const parsed = transferMessage.safeParse(message.body);
    if (!parsed.success) {
      ports.log.error("message not understood", { cause: parsed.error });
      message.ack();
      continue;
    }
    const { requestId, deliveryId, account } = parsed.data;
    try {
      await carryDelivery(ports, parsed.data);
    } catch (cause) {
      ports.log.error("message failed", { request_id: requestId, delivery_id: deliveryId, account, message_type: "carry-delivery", cause });
    }
    message.ack();
  }
}
