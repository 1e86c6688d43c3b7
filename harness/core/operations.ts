/** What is done with a key. Apart from the scenario's schema, whose validator takes an agent a tenth of a second to load. */
export const operations = ["get", "put", "delete"] as const;
export type Operation = (typeof operations)[number];
