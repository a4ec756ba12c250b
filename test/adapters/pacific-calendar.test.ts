import { describe } from "vitest";
import { pacificCalendar } from "#adapters/pacific-calendar.ts";
import { pacificCalendarContract } from "#test/contracts/pacific-calendar.ts";

describe("Node's calendar", () => pacificCalendarContract(pacificCalendar));
