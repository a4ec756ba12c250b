import { z } from "zod";
import { isQuotaMethod, PUBLISHED_COSTS, type QuotaCost, type QuotaCosts } from "./costs.ts";
import { QUOTA_BUCKETS, type QuotaLimits } from "./quota-ledger.ts";

/** What Google gives a project that it has not looked at. */
const STANDARD_LIMITS: QuotaLimits = { inserts: 100, searches: 100, units: 10_000 };

/** As Google names projects; `default` is one too. */
export const PROJECT_NAME = /^[a-z0-9][a-z0-9.:-]{0,62}$/;

const COUNT = /^\d{1,12}$/;

const bucketOf = (text: string | undefined) => QUOTA_BUCKETS.find((bucket) => bucket === text);
const countOf = (text: string | undefined): number | null => (text !== undefined && COUNT.test(text) ? Number(text) : null);

/** `name=value, name=value`, each name once; `read` says what is wrong with one. */
const assignments = <T>(read: (name: string, value: string) => T | null, form: string) =>
  z
    .string()
    .default("")
    .transform((text, context): readonly T[] => {
      const entries = text.split(",").flatMap((entry) => (entry.trim() === "" ? [] : [entry.trim()]));
      const names = new Set<string>();
      return entries.flatMap((entry) => {
        const [name = "", value = "", ...more] = entry.split("=");
        const known = more.length === 0 && !names.has(name) ? read(name, value) : null;
        names.add(name);
        if (known !== null) return [known];
        context.addIssue({ code: "custom", message: `must be ${form}, each once, with commas between them` });
        return [];
      });
    });

/** `inserts=100,units=10000`: what a day gives; the buckets that are not named give what is standard. */
export const limitsSetting = assignments((name, value): readonly [keyof QuotaLimits, number] | null => {
  const bucket = bucketOf(name);
  const count = countOf(value);
  return bucket === undefined || count === null ? null : [bucket, count];
}, "<bucket>=<count>").transform((entries): QuotaLimits => ({ ...STANDARD_LIMITS, ...Object.fromEntries(entries) }));

/** `captions.insert=400,videos.insert=units:1600`: what is other than Google publishes it, the bucket too where one is named. */
export const costsSetting = assignments((name, value): readonly [keyof QuotaCosts, QuotaCost] | null => {
  if (!isQuotaMethod(name)) return null;
  const [cost, place, ...more] = value.split(":").toReversed();
  const bucket = place === undefined ? PUBLISHED_COSTS[name].bucket : bucketOf(place);
  const count = countOf(cost);
  return bucket === undefined || count === null || more.length > 0 ? null : [name, { bucket, cost: count }];
}, "<method>=<cost> or <method>=<bucket>:<cost>").transform((entries): QuotaCosts => ({
  ...PUBLISHED_COSTS,
  ...Object.fromEntries(entries),
}));
