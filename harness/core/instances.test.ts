import { expect, test } from "vitest";
import { emulationOf, type Host, instances, type Profile } from "./instances.ts";

const profile = (name: string): Profile => {
  const found = instances.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
};

const cpuinfo = (part: string): string => `processor\t: 0\nCPU implementer\t: 0x41\nCPU architecture: 8\nCPU part\t: ${part}\n`;
const graviton2: Host = { cpuModel: "Neoverse-N1", cpuinfo: cpuinfo("0xd0c"), vendor: "Amazon EC2\n" };

test("there are three families of four sizes, with 2 GiB for each processor", () => {
  expect(instances).toHaveLength(12);
  expect(profile("c6g.large")).toMatchObject({ vcpus: 2, memoryBytes: 4 * 1024 ** 3 });
  expect(profile("c8g.2xlarge")).toMatchObject({ vcpus: 8, memoryBytes: 16 * 1024 ** 3 });
});

test("a c6g with all processors and an enforced memory limit is no emulation", () => {
  expect(emulationOf(profile("c6g.large"), graviton2, 2, true)).toBeNull();
});

test.each([
  ["another processor", { ...graviton2, cpuinfo: "model name : Xeon\n", cpuModel: "Xeon" }],
  ["the same core of another vendor", { ...graviton2, vendor: "Ampere", cpuModel: "Xeon" }],
  ["another Graviton", { ...graviton2, cpuinfo: cpuinfo("0xd40"), cpuModel: "Xeon" }],
  ["a machine that does not tell", { ...graviton2, cpuinfo: null, cpuModel: "Xeon" }],
])("%s is an emulation, which is named", (_what, host) => {
  expect(emulationOf(profile("c6g.large"), host, 2, true)).toBe("c6g.large emulated on Xeon");
});

test("fewer processors and a memory limit that is only wished for are said", () => {
  expect(emulationOf(profile("c6g.xlarge"), graviton2, 1, false)).toBe("1 of its 4 processors, its memory limit is not enforced");
});
