import { expect, test } from "vitest";
import { type Connection, Overdue } from "./loop.ts";

const timeoutUs = 1_000;

/** Connections of which only this is asked; how often is counted. */
function waiting(...dueUs: readonly (number | null)[]) {
  let looks = 0;
  const connections = dueUs.map((due) => ({
    dueUs: due ?? 0,
    get inFlight(): boolean {
      looks++;
      return due !== null;
    },
  }));
  return { connections: connections as unknown as Connection[], looks: () => looks };
}

test("a request is overdue when its timeout has passed since it was due, and not before; a free connection never is", () => {
  const { connections } = waiting(100, 300, null);
  const overdue = new Overdue(connections, timeoutUs);
  expect(overdue.at(1_099)).toEqual([]);
  expect(overdue.at(1_100)).toEqual([connections[0]]);
});

test("nobody is looked at before one that waited at the last look can have timed out", () => {
  const { connections, looks } = waiting(400, 700);
  const overdue = new Overdue(connections, timeoutUs);
  overdue.at(800);
  const afterFirst = looks();
  expect(overdue.at(1_399)).toEqual([]);
  expect(looks()).toBe(afterFirst);
  expect(overdue.at(1_400)).toEqual([connections[0]]);
});

test("a request that was due long ago and is sent only now is not forgotten", () => {
  const late = { dueUs: 0, inFlight: false };
  const overdue = new Overdue([late] as unknown as Connection[], timeoutUs);
  // The next to be sent was due at 200, and no connection was free for it.
  overdue.at(900, 200);
  Object.assign(late, { dueUs: 200, inFlight: true });
  expect(overdue.at(1_200)).toEqual([late]);
});
