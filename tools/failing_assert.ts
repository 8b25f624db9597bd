// deno-lint-ignore-file no-console
/** Makes `console.assert` throw, so that an example whose claim is false fails; by itself it only prints a line. */
console.assert = (claim, ...messages) => {
  if (!claim) throw new Error(["The claim of an example is false", ...messages.map(String)].join(": "));
};
