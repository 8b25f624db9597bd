/** A module that ends whoever imports it. */
import process from "node:process";

process.exit(7);
