import { expect, test } from "vitest";
import { accessTeam } from "#adapters/access/access-team.ts";
import { teamKeysMemory } from "#adapters/access/team-keys.ts";
import { apiUnderTest, ORIGIN } from "#test/fakes/api-under-test.ts";
import { AUDIENCE, fakeAccessTeam, TEAM } from "#test/fakes/fake-access-team.ts";

const DRAFT = { name: "Newsroom" };

async function behindAccess() {
  const team = await fakeAccessTeam();
  const api = await apiUnderTest({ access: accessTeam({ team: TEAM, audiences: [AUDIENCE] }, teamKeysMemory(), team.ports) });
  const create = async (headers: Record<string, string>, as: string | null = null) =>
    api.post("/v1/operator/creators", DRAFT, { as, headers: { "Cf-Access-Jwt-Assertion": await team.assertion(), ...headers } });
  return { ...api, team, create };
}

test("an assertion of the team is an operator's, and one for another application is nobody's", async () => {
  const { create, team } = await behindAccess();
  expect((await create({})).status).toBe(201);
  const elsewhere = await team.assertion({ aud: ["c7".repeat(32)] });
  expect(await create({ "Cf-Access-Jwt-Assertion": elsewhere })).toMatchObject({ status: 401, json: { code: "unauthorized" } });
});

test("a wrong key is refused, whoever Access says it is", async () => {
  const { create, asOperator, authorization } = await behindAccess();
  expect((await create({}, asOperator)).status).toBe(201);
  expect(await create({}, `${asOperator}x`)).toMatchObject({ status: 401, json: { code: "unauthorized" } });
  expect(await create({}, authorization)).toMatchObject({ status: 401, json: { code: "unauthorized" } });
});

test("where no team is configured an assertion is worth nothing", async () => {
  const team = await fakeAccessTeam();
  const { send } = await apiUnderTest();
  const headers = { "Cf-Access-Jwt-Assertion": await team.assertion() };
  expect(await send("/v1/operator/creators", { as: null, headers })).toMatchObject({ status: 401, json: { code: "unauthorized" } });
});

test("another site can't make an operator's browser give orders", async () => {
  const { create, send, team, asOperator } = await behindAccess();
  for (const headers of [{ Origin: ORIGIN }, { Origin: ORIGIN, "Sec-Fetch-Site": "same-origin" }, { "Sec-Fetch-Site": "none" }])
    expect((await create(headers)).status).toBe(201);
  for (const headers of [
    { Origin: "https://evil.test" },
    { Origin: "null" },
    { "Sec-Fetch-Site": "cross-site" },
    { "Sec-Fetch-Site": "same-site" },
  ]) {
    expect(await create(headers)).toMatchObject({ status: 403, json: { code: "cross_site" } });
    expect((await create(headers, asOperator)).status).toBe(201);
    const read = { "Cf-Access-Jwt-Assertion": await team.assertion(), ...headers };
    expect((await send("/v1/operator/creators", { as: null, headers: read })).status).toBe(200);
  }
});

test("a team whose keys can't be had is an outage, not a refusal", async () => {
  const { create, team } = await behindAccess();
  team.state.away = true;
  expect(await create({})).toMatchObject({ status: 503, json: { code: "service_unavailable", retryable: true } });
});
