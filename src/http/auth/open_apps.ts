/** The control apps that were made without tokens. */
const openApps = new WeakSet<object>();

/** Remembers that an app has no tokens. */
export function markOpen(app: object): void {
  openApps.add(app);
}

/** Whether an app is known to have no tokens. */
export function isOpen(app: object): boolean {
  return openApps.has(app);
}
