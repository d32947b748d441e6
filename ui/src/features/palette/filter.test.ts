import { expect, it } from "vitest";
import { fitting, type Command } from "./filter";

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
