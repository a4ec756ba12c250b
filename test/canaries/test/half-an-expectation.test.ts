// refused by: vitest(valid-expect)
import { expect, it } from "vitest";

it("adds", () => {
  expect(1 + 1);
});
