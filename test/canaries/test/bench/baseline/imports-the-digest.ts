// refused by: nothing
import "#adapters/digests/digest-engine.ts";
