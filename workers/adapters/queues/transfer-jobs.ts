import type { TransferJobs } from "#domain/publishing/transfer-jobs.ts";

export function queuedTransferJobs(queue: Queue): TransferJobs {
  return {
    carry: async ({ account, deliveryId, epoch, requestId }) => {
      await queue.send({ type: "carry-delivery", v: 1, request_id: requestId, account, delivery_id: deliveryId, epoch });
    },
  };
}
