// Which room is open. Lives in the address, so that a reload comes back to it.

export const rooms = ["cockpit", "health", "notices", "log", "people", "settings", "help"] as const;
export type Room = (typeof rooms)[number];

class Route {
  room = $state<Room>(read());
  /** The entry that the log opens at; set by "Open evidence". */
  entry = $state<number | null>(null);
  /** Counts up when the log's search shall take the focus. */
  search = $state(0);
}

export const route = new Route();

/** Goes to a room. */
export function go(room: Room, entry: number | null = null): void {
  route.entry = entry;
  route.room = room;
  if (location.hash !== `#/${room}`) location.hash = `#/${room}`;
}

/** The room in which a person begins when none was open: who tells customers and releases nothing. */
export function landing(tells: boolean, hash: string): Room | null {
  return tells && hash === "" ? "notices" : null;
}

/** Goes to the log with the focus in its search. */
export function searchLog(): void {
  go("log");
  route.search += 1;
}

window.addEventListener("hashchange", () => {
  route.room = read();
});

function read(): Room {
  const wanted = location.hash.replace("#/", "");
  return rooms.find((room) => room === wanted) ?? "cockpit";
}
