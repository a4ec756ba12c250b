import { Webhook } from "standardwebhooks";
import { expect, test } from "vitest";
import { receiverAt } from "#adapters/webhooks/receiver.ts";
import { newId } from "#test/fakes/builders.ts";

const SECRET = `whsec_${Buffer.from("0123456789abcdef0123456789abcdef").toString("base64")}`;
const announcement = {
  id: newId("evt"),
  type: "upload.completed",
  timestamp: "2026-11-20T12:00:00.000Z",
  data: { upload_id: "upl_1", name: "Zoë" },
};

const deliverTo = async (answer: () => Response | Promise<Response>) => {
  const requests: Request[] = [];
  const receiver = receiverAt({ url: "https://app.example/done", secret: SECRET }, Date.now, async (request) => {
    requests.push(request);
    return answer();
  });
  return { outcome: await receiver.deliver(announcement, "req_1"), request: requests[0] };
};

test("signs as the Standard Webhooks library verifies", async () => {
  const { outcome, request } = await deliverTo(() => new Response(null, { status: 204 }));
  expect(outcome).toEqual({ taken: true });
  const body = (await request?.text()) ?? "";
  const headers = Object.fromEntries(request?.headers ?? []);
  expect(headers["webhook-id"]).toBe(announcement.id);
  expect(new Webhook(SECRET).verify(body, headers)).toEqual({
    type: announcement.type,
    timestamp: announcement.timestamp,
    data: announcement.data,
  });
  expect(() => new Webhook(SECRET).verify(`${body} `, headers)).toThrow("No matching signature");
});

test.each([199 + 1, 202, 299])("is taken with status %d", async (status) => {
  expect((await deliverTo(() => new Response(null, { status }))).outcome).toEqual({ taken: true });
});

test.each([301, 304, 400, 410, 500, 503])("is not taken with status %d, a redirect included", async (status) => {
  const { outcome, request } = await deliverTo(() => new Response(null, { status }));
  expect(outcome).toEqual({ taken: false, reason: `status ${status}` });
  expect(request?.redirect).toBe("manual");
});

test("is not taken when nobody is there", async () => {
  expect((await deliverTo(() => Promise.reject(new TypeError("refused")))).outcome).toEqual({ taken: false, reason: "TypeError" });
});
