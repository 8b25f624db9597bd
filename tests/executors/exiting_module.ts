/** A module that ends the process that imports it. */
import process from "node:process";

process.exit(7);
