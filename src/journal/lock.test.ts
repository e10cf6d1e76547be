import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryDirectory } from "../../test/support/journal-records.ts";
import { acquireLock } from "./lock.ts";
import { isDead, parseProcessStat, thisMachine, type Machine, type Owner } from "./owner.ts";

const FIRST = "0000000000000001";
const SECOND = "0000000000000002";

const deadPid = (): number => spawnSync("node", ["-e", ""]).pid;

const ownerOf = (changes: Partial<Owner> = {}): Owner => ({
  pid: 7,
  boot_id: "boot",
  process_started: "100",
  host: "here",
  nonce: "000000000000000a",
  ...changes,
});

const machineSeeing = (seen: ReturnType<Machine["see"]>, changes: Partial<Machine> = {}): Machine => ({
  host: "here",
  bootId: "boot",
  pid: 1,
  see: () => seen,
  ...changes,
});

/** An owner on this machine whose process has ended. */
const deadOwner = (nonce: string): string =>
  JSON.stringify(
    ownerOf({ pid: deadPid(), boot_id: thisMachine.bootId, host: thisMachine.host, process_started: null, nonce }),
  );

describe("a directory's lock", () => {
  it("is refused to a second taker with the owner's pid and the directory, and free again after its release", () => {
    const directory = temporaryDirectory();
    const lock = acquireLock(directory);
    expect(() => acquireLock(directory)).toThrow(
      expect.objectContaining({ code: "locked", message: `${directory} is in use by process ${thisMachine.pid}` }),
    );
    expect(readdirSync(directory)).toEqual(["lock.json"]);
    lock.release();
    expect(readdirSync(directory)).toEqual([]);
    acquireLock(directory).release();
  });

  it("names this process by boot, start time and host", () => {
    const directory = temporaryDirectory();
    const lock = acquireLock(directory);
    const owner = JSON.parse(readFileSync(join(directory, "lock.json"), "utf8")) as Owner;
    expect(owner).toMatchObject({ pid: process.pid, boot_id: thisMachine.bootId, host: thisMachine.host });
    expect(isDead(owner, thisMachine)).toBe(false);
    lock.release();
  });

  it("is refused while another process that lives has it, and taken over when that has been killed", async () => {
    const directory = temporaryDirectory();
    const other = spawn("node", ["-e", "setInterval(() => {}, 1000); console.log('up')"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    await once(other.stdout, "data");
    const owner = ownerOf({
      pid: other.pid ?? 0,
      boot_id: thisMachine.bootId,
      host: thisMachine.host,
      process_started: null,
    });
    writeFileSync(join(directory, "lock.json"), JSON.stringify(owner));
    expect(() => acquireLock(directory)).toThrow(
      expect.objectContaining({
        message: expect.stringContaining(`in use by process ${other.pid}`),
        hint: expect.stringContaining(`If that process is another program, delete ${join(directory, "lock.json")}`),
      }),
    );
    other.kill("SIGKILL");
    await once(other, "exit");
    acquireLock(directory).release();
    expect(readdirSync(directory)).toEqual([]);
  });

  it("is taken over from one who died while taking it over from a dead one", () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, "lock.json"), deadOwner(FIRST));
    writeFileSync(join(directory, `lock.json.${FIRST}.next`), deadOwner(SECOND));
    writeFileSync(join(directory, `lock.json.${FIRST}.next.${SECOND}.next`), deadOwner("0000000000000003"));
    acquireLock(directory).release();
    expect(readdirSync(directory)).toEqual([]);
  });

  it("is refused while somebody who lives is taking it over", () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, "lock.json"), deadOwner(FIRST));
    const taking = ownerOf({
      pid: process.pid,
      boot_id: thisMachine.bootId,
      host: thisMachine.host,
      process_started: null,
    });
    writeFileSync(join(directory, `lock.json.${FIRST}.next`), JSON.stringify(taking));
    expect(() => acquireLock(directory)).toThrow(`in use by process ${process.pid}`);
  });

  it("goes to one alone of many processes that find a dead owner at the same time", async () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, "lock.json"), deadOwner(FIRST));
    const jiti = import.meta.resolve("jiti");
    const script = `
      const { createJiti } = await import(${JSON.stringify(jiti)});
      const { acquireLock } = await createJiti(import.meta.url).import(${JSON.stringify(join(import.meta.dirname, "lock.ts"))});
      process.send("ready");
      await new Promise((resolve) => process.once("message", resolve));
      let outcome = "taken";
      try { acquireLock(${JSON.stringify(directory)}); } catch (error) { outcome = error.code; }
      process.send(outcome);
      await new Promise((resolve) => process.once("disconnect", resolve));
    `;
    const takers = Array.from({ length: 4 }, () =>
      spawn("node", ["--input-type=module", "-e", script], { stdio: ["ignore", "ignore", "inherit", "ipc"] }),
    );
    await Promise.all(takers.map((taker) => once(taker, "message")));
    const outcomes = takers.map(async (taker) => ((await once(taker, "message")) as string[])[0]);
    for (const taker of takers) taker.send("go");
    const settled = await Promise.all(outcomes);
    expect(settled.filter((outcome) => outcome === "taken")).toHaveLength(1);
    expect(settled.filter((outcome) => outcome === "locked")).toHaveLength(3);
    const ended = takers.map((taker) => once(taker, "exit"));
    for (const taker of takers) taker.disconnect();
    await Promise.all(ended);
  });

  it("that a crash of the machine left empty is taken over", () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, "lock.json"), "");
    acquireLock(directory).release();
    expect(existsSync(join(directory, "lock.json"))).toBe(false);
  });

  it("is never taken by replacing a file that another program wrote", () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, "lock.json"), '{"mine":true}');
    expect(() => acquireLock(directory)).toThrow(expect.objectContaining({ code: "locked" }));
    expect(readFileSync(join(directory, "lock.json"), "utf8")).toBe('{"mine":true}');
  });

  it.each(["../../elsewhere", "", "0000000000000001/x", "FFFFFFFFFFFFFFFF"])(
    "whose nonce %j is none of ours is never followed to a file of that name",
    (nonce) => {
      const directory = temporaryDirectory();
      const content = deadOwner(nonce);
      writeFileSync(join(directory, "lock.json"), content);
      expect(() => acquireLock(directory)).toThrow(expect.objectContaining({ code: "locked" }));
      expect(readFileSync(join(directory, "lock.json"), "utf8")).toBe(content);
      expect(readdirSync(directory)).toEqual(["lock.json"]);
    },
  );

  it("never throws when it is given back, whatever has become of its file", () => {
    const directory = temporaryDirectory();
    const lock = acquireLock(directory);
    rmSync(join(directory, "lock.json"));
    mkdirSync(join(directory, "lock.json"));
    expect(() => lock.requireHeld()).toThrow(expect.objectContaining({ code: "output" }));
    lock.release();
    expect(readdirSync(directory)).toEqual(["lock.json"]);
  });

  it("stays when it is another's by the time of the release", () => {
    const directory = temporaryDirectory();
    const lock = acquireLock(directory);
    writeFileSync(join(directory, "lock.json"), JSON.stringify(ownerOf({ nonce: "0000000000000009" })));
    lock.release();
    expect(readdirSync(directory)).toEqual(["lock.json"]);
  });

  it("says what to do when the owner is on another host", () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, "lock.json"), JSON.stringify(ownerOf({ host: "elsewhere" })));
    expect(() => acquireLock(directory)).toThrow(
      expect.objectContaining({
        message: `${directory} is in use by process 7 on host elsewhere`,
        hint: expect.stringContaining(`delete ${join(directory, "lock.json")}`) as unknown,
      }),
    );
  });

  it("is an output error where nothing can be written", () => {
    const directory = join(temporaryDirectory(), "missing");
    expect(() => acquireLock(directory)).toThrow(expect.objectContaining({ code: "output" }));
  });
});

describe("an owner", () => {
  const running = { started: "100" };
  it.each<[string, boolean, Partial<Owner>, Machine]>([
    ["lives while its process runs", false, {}, machineSeeing(running)],
    ["is dead without its process", true, {}, machineSeeing("gone")],
    ["is dead when the machine was started anew", true, { boot_id: "older" }, machineSeeing(running)],
    ["is dead when another process has its pid", true, { process_started: "99" }, machineSeeing(running)],
    ["lives when the start time is not known", false, {}, machineSeeing({ started: null })],
    ["lives when boots are not known", false, { boot_id: null }, machineSeeing(running)],
    ["lives when it is on another host", false, { host: "elsewhere", boot_id: "other" }, machineSeeing("gone")],
  ])("%s", (_, dead, owner, machine) => {
    expect(isDead(ownerOf(owner), machine)).toBe(dead);
  });

  it("is read from the process's own line, whatever the program's name", () => {
    const rest = Array.from({ length: 30 }, (_, i) => String(i + 4)).join(" ");
    expect(parseProcessStat(`7 (a ) Z (b) S ${rest}`)).toEqual({ started: "22" });
  });

  it("has gone when its process has ended and nobody has asked how", () => {
    expect(parseProcessStat("7 (node) Z 1 2 3")).toBe("gone");
  });
});
