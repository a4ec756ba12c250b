import { conforms } from "#test/conformance/suite.ts";
import { sections } from "./sections.ts";

conforms("Content-Range and 308", sections);
