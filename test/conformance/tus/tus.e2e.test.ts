import { conforms } from "#test/conformance/suite.ts";
import { sections } from "./sections.ts";

conforms("tus 1.0.0", sections);
