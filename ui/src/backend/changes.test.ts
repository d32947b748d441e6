import { beforeEach, expect, it, vi } from "vitest";
import { invalidate, makeClient, whenChanged } from "./changes";
import { queryTags } from "./generated/api";
import type { Tag } from "./generated/Tag";

const tags: Tag[] = ["boot", "observed", "decided", "log", "settings"];
const client = makeClient();
const names = Object.keys(queryTags) as (keyof typeof queryTags)[];

beforeEach(() => {
  client.clear();
  for (const name of names) client.setQueryData([name, {}], { of: name });
});

it.each(tags)("%s makes exactly the queries with that tag stale", (tag) => {
  invalidate(client, [tag]);
  const stale = names.filter((name) => client.getQueryState([name, {}])?.isInvalidated);
  expect(stale).toEqual(names.filter((name) => queryTags[name].includes(tag)));
});

it("leaves everything alone without a tag", () => {
  invalidate(client, []);
  expect(names.some((name) => client.getQueryState([name, {}])?.isInvalidated)).toBe(false);
});

it("keeps answers fresh until Rust says otherwise, with or without a network", () => {
  const defaults = client.getDefaultOptions().queries;
  expect(defaults).toMatchObject({ staleTime: Infinity, networkMode: "always", retry: false });
});

it("calls back for the tags that were asked for, until stopped", () => {
  const heard = vi.fn();
  const stop = whenChanged(["log"], heard);
  invalidate(client, ["decided"]);
  expect(heard).not.toHaveBeenCalled();
  invalidate(client, ["decided", "log"]);
  expect(heard).toHaveBeenCalledOnce();
  stop();
  invalidate(client, ["log"]);
  expect(heard).toHaveBeenCalledOnce();
});

it("asks again when a change comes before the first answer", async () => {
  client.clear();
  let asked = 0;
  let answer: (value: number) => void = () => undefined;
  const fetched = client.fetchQuery({
    queryKey: ["press", {}],
    queryFn: () => {
      asked += 1;
      return new Promise<number>((done) => (answer = done));
    },
  });
  invalidate(client, ["decided"]);
  answer(1);
  await fetched;
  await vi.waitFor(() => {
    expect(client.getQueryState(["press", {}])?.isInvalidated).toBe(true);
  });
  expect(asked).toBe(1);
});
