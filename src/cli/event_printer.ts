import type { CarillonEvent } from "../events/event.ts";
import type { CommandContext } from "./command_context.ts";
import { toJsonLine } from "./json_text.ts";
import { painter } from "./render/colors.ts";
import { eventLine, type EventLineOptions } from "./render/event_line.ts";

/** Writes events as they happen: lines for people, JSON objects for machines. */
export function eventPrinter({ terminal, json, verbose }: CommandContext): (event: CarillonEvent) => void {
  const options: EventLineOptions = {
    paint: painter(terminal.color),
    timeZone: terminal.timeZone,
    verbose,
  };
  return (event) => {
    const line = json ? toJsonLine(withoutLocal(event)) : eventLine(event, options);
    if (line !== undefined) terminal.out(`${line}\n`);
  };
}

/** Results can be of any size and kind: who wants one asks for it. */
function withoutLocal(event: CarillonEvent): object {
  if (event.type !== "jobFinished") return event;
  const { local: _, ...rest } = event;
  return rest;
}
