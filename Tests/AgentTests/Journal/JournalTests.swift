import JSON
import KubeCore
import Testing

@testable import Agent

@Suite("The journal")
struct JournalTests {
    func record(_ slot: String = "net/filter", attempts: Int) -> SlotRecord {
        var record = SlotRecord(slot: slot)
        record.attempts = attempts
        record.rollout = "rollout \"\(attempts)\"\nwith a line feed"
        return record
    }

    @Test func `what was written is there after opening again, the last of each slot`() throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/journal"
            let journal = try Journal(path: path)
            for attempt in 1...5 { try journal.append(record(attempts: attempt)) }
            try journal.append(record("heap", attempts: 9))
            let reopened = try Journal(path: path)
            #expect(reopened.records == ["net/filter": record(attempts: 5), "heap": record("heap", attempts: 9)])
            #expect(reopened.damagedLines == 0)
        }
    }

    @Test func `cut off at any byte, the journal has what was whole before`() throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/journal"
            let journal = try Journal(path: path)
            for attempt in 1...3 { try journal.append(record(attempts: attempt)) }
            let bytes = try Disk.real.read(path)
            let lines = bytes.indices.filter { bytes[$0] == UInt8(ascii: "\n") }
            for length in 0...bytes.count {
                try Disk.real.replace(path, with: Array(bytes.prefix(length)))
                let whole = lines.filter { $0 < length }.count
                let torn = try Journal(path: path)
                #expect(torn.record(of: "net/filter") == (whole == 0 ? nil : record(attempts: whole)), "\(length) bytes")
                try torn.append(record(attempts: 77))
                #expect(try Journal(path: path).record(of: "net/filter") == record(attempts: 77))
            }
        }
    }

    @Test func `any one damaged byte costs at most its line, a line feed the one after it as well`() throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/journal"
            let journal = try Journal(path: path)
            for attempt in 1...3 { try journal.append(record(attempts: attempt)) }
            let bytes = try Disk.real.read(path)
            var random = Seeded(7)
            for position in bytes.indices {
                var damaged = bytes
                damaged[position] ^= UInt8.random(in: 1...255, using: &random)
                try Disk.real.replace(path, with: damaged)
                let attempts = try Journal(path: path).record(of: "net/filter")?.attempts
                let isSeparator = bytes[position] == UInt8(ascii: "\n")
                #expect(attempts == 3 || attempts == 2 || isSeparator && attempts == 1, "byte \(position)")
            }
        }
    }

    @Test func `random bytes never stop it from opening`() throws {
        try withTemporaryDirectory { directory in
            var random = Seeded(11)
            for _ in 0..<300 {
                let garbage = (0..<Int.random(in: 0..<400, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
                try Disk.real.replace("\(directory)/journal", with: garbage)
                let journal = try Journal(path: "\(directory)/journal")
                #expect(journal.records.isEmpty)
            }
        }
    }

    @Test func `it is written anew before it grows long`() throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/journal"
            let journal = try Journal(path: path, compactAbove: 2_000)
            for attempt in 1...500 { try journal.append(record(attempts: attempt)) }
            #expect(Disk.real.size(of: path)! <= 2_000)
            #expect(try Journal(path: path).record(of: "net/filter")?.attempts == 500)
        }
    }

    @Test func `dying at any system call leaves the record before or the new one`() throws {
        try withTemporaryDirectory { directory in
            for compactAbove in [150, 1 << 20] {
                for death in 0..<12 {
                    let path = "\(directory)/\(compactAbove)-\(death)"
                    let first = try Journal(path: path)
                    try first.append(record(attempts: 1))
                    let mortal = Mortal(dyingAt: death)
                    let journal = try? Journal(path: path, disk: mortal.disk, compactAbove: compactAbove)
                    let isWritten = (try? journal?.append(record(attempts: 2))) != nil
                    let found = try Journal(path: path).record(of: "net/filter")?.attempts
                    #expect(isWritten ? found == 2 : found == 1 || found == 2)
                }
            }
        }
    }

    @Test func `a write that failed does not spoil the next`() throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/journal"
            let faulty = Faulty()
            let journal = try Journal(path: path, disk: faulty.disk)
            try journal.append(record(attempts: 1))
            faulty.fail(next: 1)
            #expect(throws: FileError.self) { try journal.append(record(attempts: 2)) }
            #expect(journal.record(of: "net/filter")?.attempts == 1)
            try journal.append(record(attempts: 3))
            #expect(try Journal(path: path).record(of: "net/filter")?.attempts == 3)
            faulty.fail(next: 8)
            for _ in 0..<8 { #expect(throws: FileError.self) { try journal.append(record(attempts: 4)) } }
            try journal.append(record(attempts: 5))
            #expect(try Journal(path: path).record(of: "net/filter")?.attempts == 5)
        }
    }
}
