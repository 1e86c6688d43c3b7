import { expect, test } from "vitest";
import { cgroupOf, parseContainment, parseCpuS, parseProcesses } from "./cgroup.ts";

test("a container's group is found in cgroup v1, where each controller has its own folder", () => {
  const text = "9:pids:/docker/abc\n4:memory:/docker/abc\n2:cpu,cpuacct:/docker/abc\n0::/\n";
  expect(cgroupOf(text)).toMatchObject({
    version: 1,
    cpu: "/sys/fs/cgroup/cpuacct/docker/abc/cpuacct.usage",
    processes: "/sys/fs/cgroup/memory/docker/abc/cgroup.procs",
    memoryEvents: "/sys/fs/cgroup/memory/docker/abc/memory.oom_control",
  });
});

test("a container's group is found in cgroup v2; the root group is none", () => {
  expect(cgroupOf("0::/system.slice/docker-abc.scope\n")).toMatchObject({
    version: 2,
    memoryPeak: "/sys/fs/cgroup/system.slice/docker-abc.scope/memory.peak",
  });
  expect(cgroupOf("0::/\n")).toBeNull();
});

test("processor time is read in nanoseconds (v1) and microseconds (v2)", () => {
  expect(parseCpuS(1, "1500000000\n")).toBe(1.5);
  expect(parseCpuS(2, "usage_usec 2500000\nuser_usec 1\n")).toBe(2.5);
  expect(parseCpuS(1, null)).toBeNull();
  expect(parseCpuS(2, "user_usec 1\n")).toBeNull();
});

test("memory peak, kills for memory and throttling are read from both versions", () => {
  const v1 = {
    memoryPeak: "4096\n",
    memoryEvents: "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n",
    cpuStat: "nr_periods 9\nnr_throttled 3\nthrottled_time 250000000\n",
  };
  expect(parseContainment(1, v1)).toEqual({ memoryPeakBytes: 4096, oomKills: 2, throttledPeriods: 3, throttledS: 0.25 });
  const v2 = {
    memoryPeak: null,
    memoryEvents: "low 0\nhigh 0\nmax 5\noom 1\noom_kill 1\noom_group_kill 0\n",
    cpuStat: "usage_usec 5\nnr_throttled 0\nthrottled_usec 0\n",
  };
  expect(parseContainment(2, v2)).toEqual({ memoryPeakBytes: null, oomKills: 1, throttledPeriods: 0, throttledS: 0 });
});

test("a group that is gone has no containment", () => {
  expect(parseContainment(1, { memoryPeak: null, memoryEvents: null, cpuStat: null })).toBeNull();
});

test("processes are read one a line", () => {
  expect(parseProcesses("12\n345\n")).toEqual([12, 345]);
  expect(parseProcesses(null)).toEqual([]);
});
