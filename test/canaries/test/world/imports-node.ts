// refused by: nothing
import { createServer } from "node:http";
import { parseId } from "#domain/ids.ts";

export const parts = [createServer, parseId];
