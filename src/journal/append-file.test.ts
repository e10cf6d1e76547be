import { existsSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryDirectory } from "../../test/support/journal-records.ts";
import { AppendFile } from "./append-file.ts";
import { nodeFiles, type JournalFiles } from "./files.ts";

const systemError = (code: string): Error => Object.assign(new Error(code), { code });

/** A disk with room for so many bytes, which takes at most `atOnce` of them in one write. */
function smallDisk(room: number, atOnce = Infinity): JournalFiles & { writes: number } {
  let left = room;
  return {
    ...nodeFiles,
    writes: 0,
    write(fd, bytes, offset) {
      if (left === 0) throw systemError("ENOSPC");
      const part = bytes.subarray(offset, offset + Math.min(left, atOnce));
      left -= part.length;
      this.writes += 1;
      return nodeFiles.write(fd, part, 0);
    },
  };
}

describe("an append-only file", () => {
  it("takes lines in one write and adds to what is there", () => {
    const path = join(temporaryDirectory(), "file");
    writeFileSync(path, "old\n");
    const disk = smallDisk(1000);
    const file = new AppendFile(path, disk);
    file.append("one\ntwo\n");
    file.append("");
    file.close();
    expect(readFileSync(path, "utf8")).toBe("old\none\ntwo\n");
    expect(disk.writes).toBe(1);
  });

  it("goes on after short writes, in the middle of characters too", () => {
    const path = join(temporaryDirectory(), "file");
    const file = new AppendFile(path, smallDisk(1000, 1));
    file.append("grüße 🙂\n");
    file.close();
    expect(readFileSync(path, "utf8")).toBe("grüße 🙂\n");
  });

  it("is cut back to its last whole line when the disk fills up, wherever that happens", () => {
    const text = "first\nsecond\nthird\n";
    for (let room = 0; room < text.length; room += 1) {
      const path = join(temporaryDirectory(), "file");
      writeFileSync(path, "old\n");
      const file = new AppendFile(path, smallDisk(room));
      expect(() => file.append(text)).toThrow(`cannot write ${path}: the disk is full`);
      file.close();
      const whole = text.slice(0, text.lastIndexOf("\n", room - 1) + 1);
      expect(readFileSync(path, "utf8")).toBe(`old\n${room === 0 ? "" : whole}`);
    }
  });

  it("leaves the torn line to the next open when it cannot be cut back", () => {
    const path = join(temporaryDirectory(), "file");
    const disk = smallDisk(3);
    const file = new AppendFile(path, {
      ...disk,
      write: disk.write.bind(disk),
      truncate: () => {
        throw systemError("EIO");
      },
    });
    expect(() => file.append("first\n")).toThrow("the disk is full");
    file.close();
    expect(readFileSync(path, "utf8")).toBe("fir");
  });

  it("does not try for ever when nothing is taken", () => {
    const file = new AppendFile(join(temporaryDirectory(), "file"), { ...nodeFiles, write: () => 0 });
    expect(() => file.append("line\n")).toThrow("the system takes no more bytes");
    file.close();
  });

  it("syncs once for each time it was written", async () => {
    let syncs = 0;
    const counting: JournalFiles = {
      ...nodeFiles,
      sync: () => {
        syncs += 1;
      },
      syncLater: (_fd, done) => {
        syncs += 1;
        done(null);
      },
    };
    const file = new AppendFile(join(temporaryDirectory(), "file"), counting);
    file.sync();
    await file.syncLater();
    expect(syncs).toBe(0);
    file.append("line\n");
    await file.syncLater();
    await file.syncLater();
    file.append("line\n");
    file.sync();
    file.sync();
    file.close();
    expect(syncs).toBe(2);
  });

  it("reports a failed sync with the file's path", async () => {
    const path = join(temporaryDirectory(), "file");
    const failing: JournalFiles = {
      ...nodeFiles,
      sync: () => {
        throw systemError("EIO");
      },
      syncLater: (_fd, done) => done(systemError("EIO")),
    };
    const file = new AppendFile(path, failing);
    file.append("line\n");
    await expect(file.syncLater()).rejects.toMatchObject({
      code: "output",
      message: `cannot write ${path} to the disk: the disk reports an input/output error`,
    });
    file.append("line\n");
    expect(() => file.sync()).toThrow("input/output error");
    file.close();
  });

  it("says which file cannot be opened", () => {
    const path = join(temporaryDirectory(), "missing", "file");
    expect(() => new AppendFile(path)).toThrow(`cannot open ${path}: a folder of the path does not exist`);
  });

  it.runIf(existsSync("/dev/full"))("meets the real error of a full disk", async () => {
    const file = new AppendFile("/dev/full", {
      ...nodeFiles,
      openAppend: (path) => openSync(path, "a"),
      size: () => 0,
    });
    expect(() => file.append("line\n")).toThrow(
      expect.objectContaining({ code: "output", hint: expect.stringContaining("--resume") as unknown }),
    );
    // A device has nothing to sync, which is not an error.
    await file.syncLater();
    file.close();
  });
});
