import { describe } from "vitest";
import { pacificCalendar } from "#adapters/pacific-calendar.ts";
import { pacificCalendarContract } from "#test/contracts/pacific-calendar.ts";

describe("the Workers' calendar", () => pacificCalendarContract(pacificCalendar));
