/** Simulated gate jobs, with the noise that launches on a shared machine show. Seeded: the same every time. */
import { type Random, seededRandom } from "../../workload/random.ts";
import { shuffled } from "../../plan.ts";
import { type Judged, judge, type Member, next } from "../decide.ts";
import { familyOf, gatedMetrics, measuredOn, type MemberName } from "../family.ts";
import { planLooks } from "../looks.ts";

/** Log standard deviations and shares; `spread` is the launch-to-launch spread of one version, without the disturbed ones. */
export interface Noise {
  readonly spread: number;
  /** Of a launch's noise with the launch before it: a busy neighbour stays for a while. */
  readonly autocorrelation: number;
  /** Part of the noise's variance that all metrics of a launch share. */
  readonly shared: number;
  /** From the first launch of the job to the last, in spreads (normally distributed over jobs). */
  readonly drift: number;
  /** Share of jobs in which the machine becomes faster or slower once, by about twice the spread. */
  readonly steps: number;
  /** Share of launches that are disturbed, which makes them slower by this much on average (exponentially distributed). */
  readonly disturbed: number;
  readonly disturbance: number;
}

export const realistic = (spread: number): Noise => ({
  spread,
  autocorrelation: 0.5,
  shared: 0.6,
  drift: 1,
  steps: 0.3,
  disturbed: 0.03,
  disturbance: 0.25,
});

export interface SimulatedMember extends Pick<Member, "better" | "minimalEffect"> {
  /** ln of head / base, positive is worse. */
  readonly effect: number;
}

export interface Outcome {
  /** Members found in the first rounds, and those that the fresh rounds confirm. */
  readonly candidates: readonly number[];
  readonly regressions: readonly number[];
  readonly passed: readonly number[];
  readonly verdict: "regression" | "pass" | "inconclusive";
  /** Of the first measuring. */
  readonly rounds: number;
}

const versions = ["a1", "a2", "b"] as const;

export class Simulator {
  readonly #random: Random;

  constructor(seed: number) {
    this.#random = seededRandom(seed, "gate");
  }

  /** A whole job by the rules of the gate: looks, candidates, fresh rounds. */
  job(members: readonly SimulatedMember[], rounds: number, noise: Noise): Outcome {
    const looks = planLooks(rounds, members.length);
    let family = this.measure(members, rounds, noise);
    for (const [index, look] of looks.entries()) {
      const judged = judge(family, look);
      const step = next(judged, index === looks.length - 1);
      if (step.kind === "go-on") {
        family = withoutSettled(family, judged, look.rounds);
        continue;
      }
      const candidates = step.kind === "confirm" ? step.candidates : [];
      const regressions = candidates.length === 0 ? [] : this.#confirm(candidates, members, rounds, noise);
      const passed = indexesOf(judged, "pass");
      const verdict = regressions.length > 0 ? "regression" : step.kind === "passed" ? "pass" : "inconclusive";
      return { candidates, regressions, passed, verdict, rounds: look.rounds };
    }
    throw new Error("the last look decides");
  }

  #confirm(candidates: readonly number[], members: readonly SimulatedMember[], rounds: number, noise: Noise): readonly number[] {
    const family = this.measure(
      candidates.map((index) => members[index] as SimulatedMember),
      rounds,
      noise,
    );
    return indexesOf(judge(family, { rounds, planned: rounds, level: 0.05 }), "candidate").map((index) => candidates[index] as number);
  }

  measure(members: readonly SimulatedMember[], rounds: number, noise: Noise): readonly Member[] {
    const launches = rounds * versions.length;
    const slope = noise.drift * noise.spread * this.normal();
    const step =
      this.#random.unit() < noise.steps
        ? { at: this.#random.unit() * launches, size: 2 * noise.spread * this.normal() }
        : { at: launches, size: 0 };
    const order = Array.from({ length: rounds }, () => shuffled(versions, this.#random)).flat();
    let common = this.normal();
    const values = members.map(() => Array.from({ length: rounds }, () => ({ a1: 1, a2: 1, b: 1 })));
    for (const [launch, version] of order.entries()) {
      common = noise.autocorrelation * common + Math.sqrt(1 - noise.autocorrelation ** 2) * this.normal();
      const machine = (slope * launch) / launches + (launch >= step.at ? step.size : 0) + this.#disturbance(noise);
      for (const [index, { better, effect }] of members.entries()) {
        const own = Math.sqrt(noise.shared) * common + Math.sqrt(1 - noise.shared) * this.normal();
        const slowness = machine + noise.spread * own + (version === "b" ? effect : 0);
        const round = values[index]?.[Math.floor(launch / versions.length)];
        if (round !== undefined) round[version] = Math.exp(better === "lower" ? slowness : -slowness);
      }
    }
    return members.map(({ better, minimalEffect }, index) => ({ better, minimalEffect, rounds: values[index] ?? [] }));
  }

  /** Standard normal (Box-Muller). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.#random.unit())) * Math.cos(2 * Math.PI * this.#random.unit());
  }

  #disturbance({ disturbed, disturbance }: Noise): number {
    return this.#random.unit() < disturbed ? -disturbance * Math.log(1 - this.#random.unit()) : 0;
  }
}

/** What is settled is not measured on. The members of an implementation stand together. */
function withoutSettled(family: readonly Member[], judged: readonly Judged[], rounds: number): readonly Member[] {
  const names = familyOf(Array.from({ length: family.length / gatedMetrics.length }, (_, index) => `service ${index}`));
  const open = new Set(measuredOn(names, judged));
  return family.map((member, index) =>
    open.has(names[index] as MemberName) ? member : { ...member, rounds: member.rounds.slice(0, rounds) },
  );
}

function indexesOf(judged: readonly Judged[], wanted: Judged["state"]): readonly number[] {
  return judged.flatMap(({ state }, index) => (state === wanted ? [index] : []));
}
