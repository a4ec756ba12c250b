import { expect, test } from "vitest";
import { type Allowance, BlockBudget } from "#durable-objects/upload-session/block-budget.ts";

test("gives room as far as it goes, and what is needed beyond it at the others' expense", () => {
  const budget = new BlockBudget(10);
  const [a, b] = [budget.allowance(), budget.allowance()];
  expect([a.take(6), b.take(5), b.take(4)]).toEqual([true, false, true]);
  b.need(3);
  expect([budget.heldBytes, a.heldBytes, b.heldBytes]).toEqual([13, 6, 7]);
  a.give(5);
  expect([a.take(3), a.take(2)]).toEqual([false, true]);
  a.give();
  b.give();
  expect(budget.heldBytes).toBe(0);
});

test("has back what an allowance held that was thrown away", async () => {
  const { gc: collect } = globalThis as { gc?: () => void };
  if (collect === undefined) return expect.fail("Node was not started with --expose-gc");
  const budget = new BlockBudget(10);
  const kept = budget.allowance();
  kept.take(1);
  const lose = (allowance: Allowance): void => {
    allowance.take(4);
    allowance.take(5);
    allowance.give(2);
  };
  lose(budget.allowance());
  expect(budget.heldBytes).toBe(8);
  await expect
    .poll(() => {
      collect();
      return budget.heldBytes;
    })
    .toBe(kept.heldBytes);
});
