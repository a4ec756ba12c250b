import { describe, expect, it } from "vitest";
import { BlockBudget } from "#durable-objects/upload-session/block-budget.ts";
import { StagedMemory } from "#durable-objects/upload-session/staged-memory.ts";

const bytes = (length: number, value = 0): Uint8Array => new Uint8Array(length).fill(value);

describe("staged pieces in memory", () => {
  it("are here as they were put, and under no other position", () => {
    const memory = new StagedMemory(new BlockBudget(100));
    memory.keep(40, bytes(10, 7));
    expect(memory.at(40)).toEqual(bytes(10, 7));
    expect(memory.at(41)).toBeNull();
  });

  it("are replaced by what is put in their place", () => {
    const memory = new StagedMemory(new BlockBudget(100));
    memory.keep(40, bytes(60, 1));
    memory.keep(40, bytes(60, 2));
    expect(memory.at(40)).toEqual(bytes(60, 2));
  });

  it("are forgotten by range, and their room with them", () => {
    const budget = new BlockBudget(100);
    const memory = new StagedMemory(budget);
    for (const position of [0, 40, 80]) memory.keep(position, bytes(30));
    memory.forget(40, 80);
    expect([0, 40, 80].map((position) => memory.at(position) !== null)).toEqual([true, false, true]);
    const other = new StagedMemory(budget);
    other.keep(0, bytes(40));
    expect([memory.at(0), memory.at(80), other.at(0)].every((piece) => piece !== null)).toBe(true);
  });

  it("give way to blocks that can't be done without, the oldest first", () => {
    const budget = new BlockBudget(100);
    const memory = new StagedMemory(budget);
    for (const position of [0, 40, 80]) memory.keep(position, bytes(30));
    expect(budget.take(40)).toBe(true);
    expect([0, 40, 80].map((position) => memory.at(position) !== null)).toEqual([false, true, true]);
    expect(budget.heldBytes).toBe(40);
    expect(budget.take(60)).toBe(true);
    expect(memory.at(80)).toBeNull();
    expect(budget.take(1)).toBe(false);
  });

  it("are not kept where blocks leave no room", () => {
    const budget = new BlockBudget(100);
    const memory = new StagedMemory(budget);
    budget.take(80);
    memory.keep(0, bytes(30));
    expect(memory.at(0)).toBeNull();
    budget.give(80);
    memory.keep(0, bytes(30));
    expect(memory.at(0)).not.toBeNull();
  });

  it("count with the whole buffer that they hold on to", () => {
    const budget = new BlockBudget(100);
    const memory = new StagedMemory(budget);
    memory.keep(0, bytes(90).subarray(0, 10));
    memory.keep(10, bytes(20));
    expect(memory.at(0)).toBeNull();
    expect(memory.at(10)).not.toBeNull();
  });
});
