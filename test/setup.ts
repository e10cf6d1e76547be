import { afterAll, afterEach } from "vitest";
import { cleanUpFile, cleanUpTest } from "./support/clean-up.ts";

afterEach(cleanUpTest);
afterAll(cleanUpFile);
