import { expect, it } from "vitest";
import { firstOpen, fitting, type Command } from "./filter";

const command = (id: string, label: string, group = "Acts", also = ""): Command => ({
  id,
  label,
  group,
  also,
  run: () => undefined,
});
const commands = [
  command("stop", "Stop 8.4.0: open the stop sheet"),
  command("log", "Decision log", "Rooms"),
  command("search", "Search the decision log", "Rooms"),
  command("off", "Turn off home.feed_v3", "Acts", "kill switch"),
  command("resume", "Resume 8.4.0 on the App Store"),
];

it.each([
  ["", ["stop", "log", "search", "off", "resume"]],
  ["  ", ["stop", "log", "search", "off", "resume"]],
  ["stop", ["stop"]],
  ["dec", ["log", "search"]],
  ["DECISION LOG", ["log", "search"]],
  ["log dec", ["log", "search"]],
  ["8.4", ["stop", "resume"]],
  ["kill", ["off"]],
  ["rooms", ["log", "search"]],
  ["féed", ["off"]],
  ["nothing like it", []],
])("%j finds %j", (typed, ids) => {
  expect(fitting(commands, typed).map((one) => one.id)).toEqual(ids);
});

it("begins at what can be run", () => {
  const shut = (one: Command): Command => ({ ...one, whyNot: "Nothing rolls out" });
  expect(firstOpen(commands)).toBe(0);
  expect(firstOpen(commands.map((one, at) => (at === 0 ? shut(one) : one)))).toBe(1);
  expect(firstOpen(commands.map(shut))).toBe(-1);
  expect(firstOpen([])).toBe(-1);
});
