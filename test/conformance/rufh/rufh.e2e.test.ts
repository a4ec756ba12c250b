import { conforms } from "#test/conformance/suite.ts";
import { sections } from "./sections.ts";

conforms("draft-ietf-httpbis-resumable-upload-11", sections);
