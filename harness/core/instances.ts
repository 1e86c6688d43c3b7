/** Instance profiles: processors and memory of AWS's compute-optimised Graviton machines (aws.amazon.com/ec2/instance-types). */

export interface Profile {
  /** As in c6g.large. */
  readonly name: string;
  readonly family: string;
  readonly vcpus: number;
  readonly memoryBytes: number;
}

const gib = 1024 ** 3;

/** Arm's core in each family, as /proc/cpuinfo numbers it (Arm implementer 0x41): Neoverse N1, V1, V2. */
const families: Readonly<Record<string, { readonly cpuPart: string; readonly processor: string }>> = {
  c6g: { cpuPart: "0xd0c", processor: "Graviton2" },
  c7g: { cpuPart: "0xd40", processor: "Graviton3" },
  c8g: { cpuPart: "0xd4f", processor: "Graviton4" },
};

/** The same in all three families: 2 GiB a vCPU. */
const sizes = { medium: 1, large: 2, xlarge: 4, "2xlarge": 8 };

export const instances: readonly Profile[] = Object.keys(families).flatMap((family) =>
  Object.entries(sizes).map(([size, vcpus]) => ({ name: `${family}.${size}`, family, vcpus, memoryBytes: vcpus * 2 * gib })),
);

export const processorOf = ({ family }: Profile): string => families[family]?.processor ?? family;

/** The machine that services run on, as far as it tells which instance it is. */
export interface Host {
  readonly cpuModel: string;
  /** The text of /proc/cpuinfo; null where there is none. */
  readonly cpuinfo: string | null;
  /** /sys/class/dmi/id/sys_vendor: "Amazon EC2" on its machines. */
  readonly vendor: string | null;
}

/** Ampere's Altra has the same core as Graviton2, so the vendor counts too. */
function isFamily({ family }: Profile, { cpuinfo, vendor }: Host): boolean {
  const part = /^CPU part\s*:\s*(0x[0-9a-f]+)$/im.exec(cpuinfo ?? "")?.[1]?.toLowerCase();
  const implementer = /^CPU implementer\s*:\s*(0x[0-9a-f]+)$/im.exec(cpuinfo ?? "")?.[1]?.toLowerCase();
  return vendor?.trim() === "Amazon EC2" && implementer === "0x41" && part === families[family]?.cpuPart;
}

/** What sets the run apart from the instance, for every place where its figures stand; null: it is one. */
export function emulationOf(profile: Profile, host: Host, cpuCount: number, memoryIsLimited: boolean): string | null {
  const reasons = [
    isFamily(profile, host) ? "" : `${profile.name} emulated on ${host.cpuModel}`,
    cpuCount < profile.vcpus ? `${cpuCount} of its ${profile.vcpus} processors` : "",
    memoryIsLimited ? "" : "its memory limit is not enforced",
  ].filter((reason) => reason !== "");
  return reasons.length === 0 ? null : reasons.join(", ");
}
