/** True if only this machine reaches a host name or address: `localhost`, `127.0.0.1`, `::1`. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, "$1").replace(/^::ffff:/, "").replace(/\.$/, "");
  return name === "localhost" || name.endsWith(".localhost") || name === "::1" ||
    /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(name);
}

/** Returns the address by which a client on this machine reaches a server; a wildcard is only for listening. */
export function reachableHost(hostname: string): string {
  const bare = hostname.replace(/^\[(.*)\]$/, "$1");
  return bare === "0.0.0.0" || bare === "" ? "127.0.0.1" : bare === "::" ? "::1" : bare;
}
