import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fakeClock } from "../../test/support/fake-clock.ts";
import { sampleFailure, sampleResult, temporaryDirectory } from "../../test/support/journal-records.ts";
import { failingFiles } from "../../test/support/failing-files.ts";
import type { TestResult } from "../core/result.ts";
import { maskFor } from "../core/secrets.ts";
import { nodeFiles, type JournalFiles } from "./files.ts";
import { decodeLine, decodeResult } from "./line.ts";
import { RunWriter } from "./writer.ts";

const systemError = (code: string): Error => Object.assign(new Error(code), { code });
const nothingMasked = maskFor([]);

/** The real files, with every operation noted as `name of the file: what`. */
function notedFiles(changes: Partial<JournalFiles> = {}): JournalFiles & { notes: string[] } {
  const names = new Map<number, string>();
  const notes: string[] = [];
  const files: JournalFiles = { ...nodeFiles, ...changes };
  const note = (fd: number, what: string): number => notes.push(`${names.get(fd)}: ${what}`);
  return {
    ...files,
    notes,
    openAppend(path) {
      const fd = files.openAppend(path);
      names.set(fd, path.replace(/^.*\//, "").replace(".jsonl", ""));
      return fd;
    },
    write(fd, bytes, offset) {
      note(fd, "write");
      return files.write(fd, bytes, offset);
    },
    sync(fd) {
      note(fd, "sync");
      files.sync(fd);
    },
    syncLater(fd, done) {
      note(fd, "sync later");
      files.syncLater(fd, done);
    },
  };
}

/** Lines of a file of the journal, verified, without their checksums. */
function recordsIn(directory: string, name: string): unknown[] {
  const lines = readFileSync(join(directory, name), "utf8").split("\n").slice(0, -1);
  return lines.map((line) => {
    const decoded = decodeLine(Buffer.from(line));
    return decoded.ok ? decoded.record : decoded.problem;
  });
}

describe("a run's writer", () => {
  it("resolves a record once its line can be read by others", async () => {
    const directory = temporaryDirectory();
    const writer = new RunWriter(directory, { clock: fakeClock(), mask: nothingMasked, saveResponses: true });
    await writer.record(sampleResult(), '{"id":"r1"}');
    expect(recordsIn(directory, "results.jsonl")).toEqual([sampleResult()]);
    expect(recordsIn(directory, "responses.jsonl")).toEqual([
      { v: 1, target: "openai:m", test_id: "t1", sample: 0, raw: '{"id":"r1"}' },
    ]);
    await writer.close();
  });

  it("writes a turn's records in one write a file: responses, failures, results", async () => {
    const directory = temporaryDirectory();
    const files = notedFiles();
    const writer = new RunWriter(directory, { clock: fakeClock(), mask: nothingMasked, saveResponses: true, files });
    const first = writer.record(sampleResult({ test_id: "a" }), "raw a");
    writer.recordFailure(sampleFailure({ test_id: "b" }));
    await Promise.all([first, writer.record(sampleResult({ test_id: "b" }), "raw b")]);
    expect(files.notes).toEqual(["responses: write", "failures: write", "results: write"]);
    expect(recordsIn(directory, "results.jsonl")).toHaveLength(2);
    expect(recordsIn(directory, "failures.jsonl")).toEqual([{ v: 1, ...sampleFailure({ test_id: "b" }) }]);
    await writer.close();
  });

  it("writes no more than 8 MiB at once, whatever the bodies and however many come in one turn", async () => {
    const directory = temporaryDirectory();
    const sizes: number[] = [];
    const files: JournalFiles = {
      ...nodeFiles,
      write(fd, bytes, offset) {
        sizes.push(nodeFiles.write(fd, bytes, offset));
        return sizes.at(-1) ?? 0;
      },
    };
    const writer = new RunWriter(directory, { clock: fakeClock(), mask: nothingMasked, saveResponses: true, files });
    const long = "\u0001é".repeat(6 << 20);
    const content = "é".repeat(9 << 20);
    const response = { ...sampleResult().response, content } as TestResult["response"];
    await Promise.all([
      writer.record(sampleResult({ test_id: "long" }), long, true),
      ...Array.from({ length: 30 }, (_, i) =>
        writer.record(sampleResult({ test_id: `short ${i}` }), "x".repeat(900_000)),
      ),
      writer.record(sampleResult({ test_id: "large", response }), null),
    ]);
    await writer.close();
    expect(Math.max(...sizes)).toBeLessThanOrEqual(8 << 20);
    const responses = recordsIn(directory, "responses.jsonl");
    expect(responses[0]).toEqual({ v: 1, target: "openai:m", test_id: "long", sample: 0, raw: long, raw_cut: true });
    expect(responses).toHaveLength(31);
    expect(recordsIn(directory, "results.jsonl")).toHaveLength(32);
  });

  it("writes no result whose long body could not be written, and cuts off what came of it", async () => {
    const directory = temporaryDirectory();
    const files = failingFiles({ room: 5_000_000 });
    const writer = new RunWriter(directory, { clock: fakeClock(), mask: nothingMasked, saveResponses: true, files });
    await writer.record(sampleResult({ test_id: "short" }), "{}");
    await expect(writer.record(sampleResult({ test_id: "long" }), "x".repeat(9_000_000))).rejects.toThrow(
      /disk is full/,
    );
    files.heal();
    await expect(writer.close()).rejects.toThrow(/disk is full/);
    expect(recordsIn(directory, "responses.jsonl")).toHaveLength(1);
    expect(recordsIn(directory, "results.jsonl")).toHaveLength(1);
  });

  it("masks the beginning of a secret that a body was cut in", async () => {
    const directory = temporaryDirectory();
    const mask = maskFor(["sk-0123456789"]);
    const writer = new RunWriter(directory, { clock: fakeClock(), mask, saveResponses: true });
    await writer.record(sampleResult(), "your key: sk-01234567", true);
    expect(recordsIn(directory, "responses.jsonl")).toMatchObject([{ raw: "your key: [secret]", raw_cut: true }]);
  });

  it("writes no raw line for a case that has no body", async () => {
    const directory = temporaryDirectory();
    const writer = new RunWriter(directory, { clock: fakeClock(), mask: nothingMasked, saveResponses: true });
    await writer.record(sampleResult(), null);
    expect(recordsIn(directory, "responses.jsonl")).toEqual([]);
    await writer.close();
  });

  it("leaves answers out of every file when responses are not saved", async () => {
    const directory = temporaryDirectory();
    const writer = new RunWriter(directory, { clock: fakeClock(), mask: nothingMasked, saveResponses: false });
    await writer.record(sampleResult(), "raw");
    await writer.record(sampleResult({ test_id: "t2", status: "failure", response: null }), null);
    await writer.close();
    expect(readdirSync(directory).sort()).toEqual(["failures.jsonl", "results.jsonl"]);
    expect(recordsIn(directory, "results.jsonl")).toMatchObject([
      { response: { id: "r1", finish_reason: "stop", content: null, reasoning: null, tool_calls: null } },
      { response: null },
    ]);
  });

  it("masks secrets in every file before the checksum is made", async () => {
    const directory = temporaryDirectory();
    const secret = 'sk-"quoted"-secret';
    const writer = new RunWriter(directory, { clock: fakeClock(), mask: maskFor([secret]), saveResponses: true });
    const response = { ...sampleResult().response, content: `the key is ${secret}` } as ReturnType<
      typeof sampleResult
    >["response"];
    const error = { code: "auth", message: `bad key ${secret}`, http_status: 401 } as const;
    writer.recordFailure(sampleFailure({ message: `bad key ${secret}`, request_id: secret }));
    await writer.record(sampleResult({ response, error, request_id: secret }), JSON.stringify({ echoed: secret }));
    await writer.close();
    for (const name of readdirSync(directory)) {
      expect(readFileSync(join(directory, name), "utf8")).not.toMatch(/sk-\\*"quoted/);
      expect(recordsIn(directory, name)).toEqual([expect.objectContaining({ test_id: "t1" })]);
    }
    expect(recordsIn(directory, "responses.jsonl")).toMatchObject([{ raw: '{"echoed":"[secret]"}' }]);
  });

  it("syncs what is dirty a second after it was written, responses first, and then no more", async () => {
    const clock = fakeClock();
    const files = notedFiles({ syncLater: (_fd, done) => done(null) });
    const writer = new RunWriter(temporaryDirectory(), { clock, mask: nothingMasked, saveResponses: true, files });
    await writer.record(sampleResult(), "raw");
    await writer.record(sampleResult({ test_id: "t2" }), "raw");
    files.notes.length = 0;
    await clock.advance(999);
    expect(files.notes).toEqual([]);
    await clock.advance(1);
    expect(files.notes).toEqual(["responses: sync later", "results: sync later"]);
    await clock.advance(5000);
    expect(files.notes).toHaveLength(2);
    expect(clock.pending).toBe(0);
    await writer.close();
    expect(files.notes).toHaveLength(2);
  });

  it("has one sync under way at a time, and begins the next a second after the last one began", async () => {
    const clock = fakeClock();
    const begun: { at: number; done: (error: unknown) => void }[] = [];
    const files = notedFiles({ syncLater: (_fd, done) => void begun.push({ at: clock.now(), done }) });
    const writer = new RunWriter(temporaryDirectory(), { clock, mask: nothingMasked, saveResponses: false, files });
    await writer.record(sampleResult({ test_id: "a" }), null);
    await clock.advance(1000);
    await writer.record(sampleResult({ test_id: "b" }), null);
    await clock.advance(300);
    begun[0]?.done(null);
    await clock.advance(2000);
    expect(begun.map(({ at }) => at)).toEqual([1000, 2000]);
    begun[1]?.done(null);
    await writer.close();
  });

  it("closes only after the sync under way has ended", async () => {
    const clock = fakeClock();
    let finish: (error: unknown) => void = () => {};
    const order: string[] = [];
    const files: JournalFiles = {
      ...nodeFiles,
      syncLater: (_fd, done) => {
        finish = done;
      },
      close(fd) {
        order.push("closed");
        nodeFiles.close(fd);
      },
    };
    const writer = new RunWriter(temporaryDirectory(), { clock, mask: nothingMasked, saveResponses: false, files });
    await writer.record(sampleResult(), null);
    await clock.advance(1000);
    const closing = writer.close();
    await clock.advance(1000);
    order.push("sync ended");
    finish(null);
    await closing;
    expect(order).toEqual(["sync ended", "closed", "closed"]);
  });

  it("writes and syncs at once when asked to, also what no turn has written yet", async () => {
    const directory = temporaryDirectory();
    const files = notedFiles();
    const writer = new RunWriter(directory, { clock: fakeClock(), mask: nothingMasked, saveResponses: true, files });
    const recorded = writer.record(sampleResult(), "raw");
    writer.flushSync();
    expect(recordsIn(directory, "results.jsonl")).toHaveLength(1);
    expect(files.notes).toEqual(["responses: write", "results: write", "responses: sync", "results: sync"]);
    await recorded;
    await writer.close();
  });

  it("writes at its close what is still waiting, and closes once", async () => {
    const directory = temporaryDirectory();
    const clock = fakeClock();
    const writer = new RunWriter(directory, { clock, mask: nothingMasked, saveResponses: true });
    const recorded = writer.record(sampleResult(), null);
    await writer.close();
    await writer.close();
    await recorded;
    expect(recordsIn(directory, "results.jsonl")).toHaveLength(1);
    expect(clock.pending).toBe(0);
    await expect(writer.record(sampleResult(), null)).rejects.toThrow("has been closed");
  });
});

describe("on a disk that fills up, a run's writer", () => {
  it("rejects everyone who waits and everyone who comes later with the same error", async () => {
    const directory = temporaryDirectory();
    let left = 2000;
    const write: JournalFiles["write"] = (fd, bytes, offset) => {
      if (left === 0) throw systemError("ENOSPC");
      const part = bytes.subarray(offset, offset + left);
      left -= part.length;
      return nodeFiles.write(fd, part, 0);
    };
    const files = { ...nodeFiles, write };
    const writer = new RunWriter(directory, { clock: fakeClock(), mask: nothingMasked, saveResponses: false, files });
    const ids = ["a", "b", "c", "d"];
    const outcomes = await Promise.allSettled(ids.map((id) => writer.record(sampleResult({ test_id: id }), null)));
    const later = await Promise.allSettled([writer.record(sampleResult(), null), writer.close()]);
    writer.recordFailure(sampleFailure());
    const reasons = new Set(
      [...outcomes, ...later].map((outcome) => (outcome.status === "rejected" ? outcome.reason : null)),
    );
    expect([...reasons]).toEqual([expect.objectContaining({ code: "output" })]);
    const written = readFileSync(join(directory, "results.jsonl"));
    const lines = written.toString().split("\n");
    expect(lines.at(-1)).toBe("");
    expect(lines.slice(0, -1).map((line) => decodeResult(Buffer.from(line)).ok)).toEqual([true, true]);
  });

  it("never writes a result whose response could not be written", async () => {
    const directory = temporaryDirectory();
    const files = notedFiles({
      write: () => {
        throw systemError("ENOSPC");
      },
    });
    const writer = new RunWriter(directory, { clock: fakeClock(), mask: nothingMasked, saveResponses: true, files });
    await expect(writer.record(sampleResult(), "raw")).rejects.toThrow("the disk is full");
    expect(files.notes).toEqual(["responses: write"]);
    await expect(writer.close()).rejects.toThrow("the disk is full");
  });

  it("tells at its close of an error that nobody waited for", async () => {
    const clock = fakeClock();
    const files = {
      ...nodeFiles,
      write: (): number => {
        throw systemError("ENOSPC");
      },
    };
    const writer = new RunWriter(temporaryDirectory(), { clock, mask: nothingMasked, saveResponses: true, files });
    writer.recordFailure(sampleFailure());
    await clock.advance(0);
    await expect(writer.record(sampleResult(), null)).rejects.toThrow("the disk is full");
    await expect(writer.close()).rejects.toThrow("the disk is full");
  });

  it("rejects after a sync has failed, since what it wrote before may be lost", async () => {
    const clock = fakeClock();
    const files = {
      ...nodeFiles,
      syncLater: (_fd: number, done: (error: unknown) => void) => done(systemError("EIO")),
    };
    const writer = new RunWriter(temporaryDirectory(), { clock, mask: nothingMasked, saveResponses: true, files });
    await writer.record(sampleResult(), null);
    await clock.advance(1000);
    await expect(writer.record(sampleResult(), null)).rejects.toThrow(
      "to the disk: the disk reports an input/output error",
    );
    expect(clock.pending).toBe(0);
    await expect(writer.close()).rejects.toThrow("input/output error");
  });

  it("tells of a sync that fails at its close", async () => {
    const files = {
      ...nodeFiles,
      sync: (): void => {
        throw systemError("EIO");
      },
    };
    const directory = temporaryDirectory();
    const writer = new RunWriter(directory, { clock: fakeClock(), mask: nothingMasked, saveResponses: true, files });
    await writer.record(sampleResult(), null);
    await expect(writer.close()).rejects.toMatchObject({ code: "output" });
    expect(existsSync(join(directory, "results.jsonl"))).toBe(true);
  });
});
